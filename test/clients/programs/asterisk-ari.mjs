/** The story of one call, with the npm package `@ipcom/asterisk-ari`. */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

const { ARI_URL, ARI_USER, ARI_PASSWORD, ARI_APP, PACKAGES } = process.env;
const { AriClient } = createRequire(`${PACKAGES}/`)('@ipcom/asterisk-ari');

const say = (line) => process.stdout.write(`${line}\n`);
// The package writes to the console itself.
for (const method of ['log', 'info', 'warn', 'debug']) console[method] = () => {};

const { hostname, port } = new URL(ARI_URL);
const client = new AriClient({
  host: hostname,
  port: Number(port),
  username: ARI_USER,
  password: ARI_PASSWORD,
  secure: false,
});
let bridgeId;

// Before that, the package takes no listeners.
await client.connectWebSocket([ARI_APP]);

client.on('StasisStart', async ({ args, channel }) => {
  say(`StasisStart ${args}`);
  await client.channels.answerChannel(channel.id);
  say('answered');
  await client.channels.playWithId(channel.id, randomUUID(), 'sound:beep');
});
client.on('PlaybackStarted', ({ playback }) => say(`PlaybackStarted ${playback.media_uri}`));
client.on('PlaybackFinished', ({ playback }) => say(`PlaybackFinished ${playback.media_uri}`));
client.on('ChannelDtmfReceived', async ({ digit, channel }) => {
  say(`digit ${digit}`);
  if (digit !== '#') return;
  ({ id: bridgeId } = await client.bridges.createBridge({ type: 'mixing' }));
  await client.bridges.addChannels(bridgeId, { channel: channel.id });
});
client.on('ChannelEnteredBridge', async ({ channel }) => {
  const { bridge_type, channels } = await client.bridges.get(bridgeId);
  say(`${channels.length} channel in a ${bridge_type} bridge`);
  await client.channels.hangup(channel.id);
});
client.on('StasisEnd', async () => {
  say('StasisEnd');
  await client.bridges.destroy(bridgeId);
  say('bridge destroyed');
  process.exit(0);
});

say('connected');
