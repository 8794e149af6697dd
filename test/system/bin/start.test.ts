import { afterEach, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { copyProject } from '../../support/project-copy.ts';

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

test('start calls each extension of cdk.json where the apps are others, and says what happened', async () => {
  const project = copyProject();
  onTestFinished(() => project.remove());
  project.edit(
    'cdk.json',
    '"apps": ["Intro-IVR", "Super-Conference", "Voicemail"],\n',
    '"apps": ["Intro-IVR", "Super-Conference", "Voicemail", "Sales"],\n',
  );
  project.edit('cdk.json', '"ivr": { "app": "Intro-IVR" },', '"_9XX": { "app": "Sales", "args": ["eu"] },');
  project.edit('cdk.json', '"voicemail": { "app": "Voicemail" }', '"200": { "app": "Super-Conference" }');
  cli = runCli(['start', '--no-console'], {}, project.root);
  await cli.says('Handled calls: 2 of 3.');
  for (const line of [
    /caller +200 → Super-Conference: SuperConference answered and sent \d+ commands; the caller hung up/,
    /caller +conference → Super-Conference,100: SuperConference answered and sent \d+ commands; the caller hung up/,
    /bus +StasisStart Alice \(eu\)\n/,
    /caller +900 → Sales,eu: the app has no call handler: no rule sends its StasisStart to a function/,
  ]) {
    expect(cli.output).toMatch(line);
  }
  expect(await cli.interrupt()).toBe(0);
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
  [['start', '--asteriks', 'x'], 2, "unknown option '--asteriks'\n(Did you mean --asterisk?)"],
  [['dance'], 2, "unknown command 'dance'"],
])('%j is refused with a sentence', async (args, code, sentence) => {
  cli = runCli(args);
  expect(await cli.exited).toBe(code);
  expect(cli.output).toContain(sentence);
});
