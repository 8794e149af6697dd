/** What one would write first: the npm package `ari-client`, and the AWS SDK imported where all imports are. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import ariClient from 'ari-client';

const secrets = new SecretsManagerClient({});
let connected;

async function connect() {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.SECRET_ID }));
  const { url, username, password } = JSON.parse(SecretString);
  return ariClient.connect(url, username, password);
}

export async function handler({ detail }) {
  connected ??= connect();
  const { channels } = await connected;
  const { id: channelId } = detail.channel;
  if (detail.type === 'StasisStart') {
    await channels.answer({ channelId });
    await channels.play({ channelId, media: 'sound:hello-world' });
  }
  if (detail.type === 'PlaybackFinished') await channels.hangup({ channelId });
}
