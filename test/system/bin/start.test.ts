import { afterEach, expect, test } from 'vitest';
import { runCli } from '../../support/cli.ts';

let cli: ReturnType<typeof runCli>;
afterEach(() => cli.kill());

test('start shows calls being handled, from the caller to the command that Asterisk carries out', async () => {
  cli = runCli(['start']);
  await cli.says('Both calls were handled');
  for (const step of [
    /console +http:\/\/127\.0\.0\.1:\d+\n/,
    /caller +Alice calls ivr/,
    /bus +StasisStart Alice → IntroIvr/,
    /asterisk +channels\.answer .* 204/,
    /function +IntroIvr handled StasisStart/,
    /caller +Alice presses 2/,
    /bus +StasisStart Alice \(100\) → SuperConference/,
    /ChannelEnteredBridge Alice room 100, 2 in it/,
    /asterisk +bridges\.destroy .* 204/,
  ]) {
    expect(cli.output).toMatch(step);
  }
  expect(cli.output).not.toContain('failed');
  expect(cli.processes().length).toBeGreaterThanOrEqual(4);

  expect(await cli.interrupt()).toBe(0);
  expect(cli.processes()).toEqual([]);
}, 90_000);

test('start exits cleanly when it is interrupted before it is ready', async () => {
  cli = runCli(['start']);
  await cli.says('simulated, at');
  expect(await cli.interrupt()).toBe(0);
  expect(cli.processes()).toEqual([]);
}, 90_000);

test.each([
  [['start', '--asterisk', 'http://127.0.0.1:8088/ari'], 1, 'expected --user NAME and --password-env VARIABLE as well'],
  [['start', '--asterisk', 'pbx', '--user', 'u', '--password-env', 'P'], 1, 'expected `url` to be the ARI root'],
  [
    ['start', '--asterisk', 'http://127.0.0.1:8088/ari', '--user', 'u', '--password-env', 'NOT_SET'],
    1,
    '--password-env NOT_SET: expected this environment variable to contain a password, it is empty or not set',
  ],
  [['start', '--console-port', 'x'], 1, '--console-port: expected a port from 0 (any that is free) to 65535, got x'],
  [['start', '--hop', 'soon'], 1, '--hop: expected milliseconds from 0 to 99999, got soon'],
  [['start', '--rtt', '1.5'], 1, '--rtt: expected milliseconds from 0 to 99999, got 1.5'],
  [['start', '--asteriks', 'x'], 1, "Unknown option '--asteriks'"],
  [['dance'], 2, 'ari-eventbridge COMMAND'],
])('%j is refused with a sentence', async (args, code, sentence) => {
  cli = runCli(args);
  expect(await cli.exited).toBe(code);
  expect(cli.output).toContain(sentence);
});
