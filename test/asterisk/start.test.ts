import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const HANDLERS = OWN_ASTERISK ? { username: 'handlers', password: 'a-password-of-handlers' } : EXISTING_USER;
const CONNECTOR = OWN_ASTERISK
  ? { username: 'listener', password: 'a-password-of-listener', readOnly: true }
  : EXISTING_USER;

let asterisk: RealAsterisk;
let cli: ReturnType<typeof runCli>;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([HANDLERS, CONNECTOR]);
  await asterisk.start();
});
afterAll(async () => {
  cli?.kill();
  await asterisk?.stop();
});

test('start --asterisk handles a call of a real phone with existing users of ari.conf', async () => {
  const environment = { HANDLERS_PASSWORD: HANDLERS.password, CONNECTOR_PASSWORD: CONNECTOR.password };
  const users = ['--user', HANDLERS.username, '--password-env', 'HANDLERS_PASSWORD'];
  const listener = ['--connector-user', CONNECTOR.username, '--connector-password-env', 'CONNECTOR_PASSWORD'];
  cli = runCli(['start', '--asterisk', asterisk.url, ...users, ...listener], environment);
  await cli.says('Call an extension that runs Stasis(Intro-IVR)');
  await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '9', afterMs: 300 } });
  await cli.says(/function +IntroIvr handled PlaybackFinished/);
  expect(cli.output).toMatch(/bus +StasisStart Alice → IntroIvr/);
  const everything = [cli.output, ...cli.processes()].join('\n');
  expect(everything).not.toContain(HANDLERS.password);
  expect(everything).not.toContain(CONNECTOR.password);
  expect(await cli.interrupt()).toBe(0);
  expect(cli.processes()).toEqual([]);
});
