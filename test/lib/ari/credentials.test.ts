import { describe, expect, test } from 'vitest';
import { basicAuthorization, cachedCredentials, parseCredentials } from '../../../lib/ari/credentials.ts';

describe('cached credentials', () => {
  test('are fetched once for all callers, and again after refresh', async () => {
    let fetched = 0;
    const credentials = cachedCredentials(async () => ({ username: 'u', password: String(++fetched) }));
    expect(await Promise.all([credentials.get(), credentials.get()])).toMatchObject([
      { password: '1' },
      { password: '1' },
    ]);
    expect(await credentials.refresh()).toMatchObject({ password: '2' });
    expect(await credentials.get()).toMatchObject({ password: '2' });
  });

  test('are fetched again after a failed fetch', async () => {
    let fetched = 0;
    const credentials = cachedCredentials(async () => {
      if (++fetched === 1) throw new Error('throttled');
      return { username: 'u', password: 'p' };
    });
    await expect(credentials.get()).rejects.toThrow('throttled');
    expect(await credentials.get()).toEqual({ username: 'u', password: 'p' });
  });
});

describe('a secret', () => {
  test('is read from JSON', () => {
    expect(parseCredentials('id', '{"username":"u","password":"p","more":1}')).toEqual({
      username: 'u',
      password: 'p',
    });
  });

  test.each([
    [undefined, '"username" and "password"'],
    ['not json', '"username" and "password"'],
    ['null', '"username" and "password"'],
    ['{"username":"u","password":""}', '"password"'],
    ['{"username":1,"password":"hidden"}', '"username"'],
  ])('that is %j is refused, naming the secret and what is missing, and never a value', (text, missing) => {
    const refuse = () => parseCredentials('pbx-1/connector', text);
    expect(refuse).toThrow(
      `Secret pbx-1/connector: expected JSON of the form {"username":"…","password":"…"}, missing ${missing}`,
    );
    expect(refuse).not.toThrow('hidden');
  });
});

test('the header is that of RFC 7617, in UTF-8', () => {
  expect(basicAuthorization({ username: 'a', password: 'ä:b' })).toBe(
    `Basic ${Buffer.from('a:ä:b').toString('base64')}`,
  );
});
