import { describe, expect, test } from 'vitest';
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

describe('a variable that may be absent', () => {
  const FUNCTION_500: [number, object] = [500, { message: 'Unable to read provided function' }];
  /** A channel whose variables are answered as told; what has no answer does not exist. */
  function withVariables(answers: Record<string, [number, object]>) {
    const ari = createAriClient({
      request: async ({ query }) => {
        const [status, body] = answers[query.get('variable') ?? ''] ?? [
          404,
          { message: 'Provided variable was not found' },
        ];
        return { status, reason: '', body: JSON.stringify(body) };
      },
      close: () => {},
    });
    return channelHandle(ari, '1.0');
  }
  const header = 'PJSIP_HEADER(read,X-Tenant)';
  const module = 'IFMODULE(res_pjsip_header_funcs.so)';

  test('is its value, the empty one too, and undefined where it is not set', async () => {
    const channel = withVariables({ A: [200, { value: 'acme' }], B: [200, { value: '' }] });
    expect([await channel.variable('A'), await channel.variable('B'), await channel.variable('C')]).toEqual([
      'acme',
      '',
      undefined,
    ]);
  });

  test('is undefined for a SIP header that is absent, where the module of SIP headers is loaded', async () => {
    const channel = withVariables({ [header]: FUNCTION_500, [module]: [200, { value: '1' }] });
    expect(await channel.variable(header)).toBeUndefined();
  });

  test('fails where the function does not exist', async () => {
    for (const answer of [[200, { value: '0' }], FUNCTION_500] as [number, object][]) {
      const channel = withVariables({ [header]: FUNCTION_500, [module]: answer });
      await expect(channel.variable(header)).rejects.toMatchObject({ kind: 'rejected', status: 500 });
    }
    const unknown = withVariables({ 'NOPE(x)': FUNCTION_500, 'PJSIP_HEADER(reed,X)': FUNCTION_500 });
    for (const name of ['NOPE(x)', 'PJSIP_HEADER(reed,X)']) {
      await expect(unknown.variable(name)).rejects.toMatchObject({ status: 500 });
    }
  });

  test('fails as gone where the channel is', async () => {
    const channel = withVariables({ A: [404, { message: 'Provided channel was not found' }] });
    await expect(channel.variable('A')).rejects.toMatchObject({ kind: 'gone', channelIds: ['1.0'] });
  });
});
