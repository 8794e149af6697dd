import { expect, test } from 'vitest';
import { Examination } from '../../../../lib/asterisk/doctor/examination.ts';

const visit = (url: string) => new Examination({ url, apps: [], users: {} });

test.each([
  ['https://pbx:8089/ari', 'https://pbx:8089', ''],
  ['https://pbx:8089/ari/', 'https://pbx:8089', ''],
  ['https://pbx:8089/a/b/ari', 'https://pbx:8089/a/b', 'a/b'],
])('of %s the root is %s', (url, root, prefix) => {
  expect([visit(url).root, visit(url).prefix]).toEqual([root, prefix]);
});

test('what was created is removed in reverse order, even what was created too late', async () => {
  const gone: string[] = [];
  const examination = visit('http://127.0.0.1:1/ari');
  for (const what of ['queue', 'rule']) await examination.atEnd(what, () => void gone.push(what));
  expect(await examination.end()).toEqual([]);
  await examination.atEnd('latecomer', () => void gone.push('latecomer'));
  expect(gone).toEqual(['rule', 'queue', 'latecomer']);
});

test('what cannot be removed is named, and the rest is removed', async () => {
  const gone: string[] = [];
  const examination = visit('http://127.0.0.1:1/ari');
  await examination.atEnd('queue', () => void gone.push('queue'));
  await examination.atEnd('rule', () => Promise.reject(new Error('AccessDenied')));
  expect(await examination.end()).toEqual(['rule: AccessDenied']);
  expect(gone).toEqual(['queue']);
});

test('the error of a server that does not answer contains no password', async () => {
  const examination = visit('http://127.0.0.1:1/ari');
  const asked = examination.ask('/ari/asterisk/ping', { as: { username: 'u', password: 'hidden' } });
  await expect(asked).rejects.toMatchObject({ code: 'ECONNREFUSED', message: expect.not.stringContaining('hidden') });
});
