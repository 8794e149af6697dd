/** The story of one call, with the npm package `ari-client`. */
import { createRequire } from 'node:module';

const { ARI_URL, ARI_USER, ARI_PASSWORD, ARI_APP, PACKAGES } = process.env;
const { connect } = createRequire(`${PACKAGES}/`)('ari-client');

// The package writes to the console itself.
for (const method of ['log', 'info', 'warn']) console[method] = () => {};

const say = (line) => process.stdout.write(`${line}\n`);
const client = await connect(new URL(ARI_URL).origin, ARI_USER, ARI_PASSWORD);
const bridge = client.Bridge();

client.on('StasisStart', async ({ args }, channel) => {
  say(`StasisStart ${args}`);
  await channel.answer();
  say('answered');
  const playback = client.Playback();
  playback.on('PlaybackStarted', ({ playback: { media_uri } }) => say(`PlaybackStarted ${media_uri}`));
  playback.on('PlaybackFinished', ({ playback: { media_uri } }) => say(`PlaybackFinished ${media_uri}`));
  await channel.play({ media: 'sound:beep' }, playback);
});
client.on('ChannelDtmfReceived', async ({ digit }, channel) => {
  say(`digit ${digit}`);
  if (digit !== '#') return;
  await bridge.create({ type: 'mixing' });
  await bridge.addChannel({ channel: channel.id });
});
client.on('ChannelEnteredBridge', async (_event, { channel }) => {
  const { bridge_type, channels } = await client.bridges.get({ bridgeId: bridge.id });
  say(`${channels.length} channel in a ${bridge_type} bridge`);
  await channel.hangup();
});
client.on('StasisEnd', async () => {
  say('StasisEnd');
  await bridge.destroy();
  say('bridge destroyed');
  process.exit(0);
});

await client.start(ARI_APP);
say('connected');
