import { expect, test } from 'vitest';
import { channelHandle } from '../../../lib/ari/channel.ts';
import { createAriClient } from '../../../lib/ari/client.ts';

test('a channel handle fills in its id, and cannot be led to another channel', async () => {
  const paths: string[] = [];
  const ari = createAriClient({
    request: async ({ method, path, body }) => {
      paths.push(`${method} ${path} ${JSON.stringify(body)}`);
      return { status: 204, reason: '', body: '' };
    },
    close: () => {},
  });
  const channel = channelHandle(ari, '1.0');
  await channel.answer();
  await channel.play({ media: 'sound:a', ...{ channelId: '2.0' } });
  expect(channel.id).toBe('1.0');
  expect(paths).toEqual(['POST /channels/1.0/answer undefined', 'POST /channels/1.0/play {"media":"sound:a"}']);
});

test('commands that act on no single channel are not among its own', () => {
  const channel = channelHandle({ channels: {} } as Parameters<typeof channelHandle>[0], '1.0');
  expect(Object.keys(channel)).toContain('hangup');
  expect(Object.keys(channel)).not.toContain('originate');
});
