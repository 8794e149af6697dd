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

test('what was made is taken away in turn, the last first, also what was made too late', async () => {
  const gone: string[] = [];
  const examination = visit('http://127.0.0.1:1/ari');
  for (const what of ['queue', 'rule']) await examination.atEnd(what, () => void gone.push(what));
  expect(await examination.end()).toEqual([]);
  await examination.atEnd('latecomer', () => void gone.push('latecomer'));
  expect(gone).toEqual(['rule', 'queue', 'latecomer']);
});

test('what cannot be taken away is named, and the rest goes all the same', async () => {
  const gone: string[] = [];
  const examination = visit('http://127.0.0.1:1/ari');
  await examination.atEnd('queue', () => void gone.push('queue'));
  await examination.atEnd('rule', () => Promise.reject(new Error('AccessDenied')));
  expect(await examination.end()).toEqual(['rule: AccessDenied']);
  expect(gone).toEqual(['queue']);
});

test('no password is in the error of a server that is not there', async () => {
  const examination = visit('http://127.0.0.1:1/ari');
  const asked = examination.ask('/ari/asterisk/ping', { as: { username: 'u', password: 'hidden' } });
  await expect(asked).rejects.toMatchObject({ code: 'ECONNREFUSED', message: expect.not.stringContaining('hidden') });
});
