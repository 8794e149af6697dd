import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const GENERATE = fileURLToPath(new URL('../../bin/generate-ari.ts', import.meta.url));
const USER = OWN_ASTERISK ? { username: 'generator', password: 'p', readOnly: true } : EXISTING_USER;

let asterisk: RealAsterisk;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([USER]);
  await asterisk.start();
});
afterAll(() => asterisk?.stop());

test('the checked-in model and operations are those that Asterisk describes', async () => {
  const args = [GENERATE, '--check', '--url', asterisk.url, '--user', USER.username];
  const { stderr } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ARI_PASSWORD: USER.password },
  });
  expect(stderr).toBe('');
});
