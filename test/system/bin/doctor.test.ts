import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { AriPeer } from '../../support/ari-peer.ts';
import { runCli } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

// With a real Asterisk: test/asterisk/doctor-command.test.ts.

let cli: ReturnType<typeof runCli>;
afterEach(() => cli.kill());

async function doctor(args: string[], environment: Record<string, string> = {}) {
  cli = runCli(['doctor', ...args], environment);
  return { code: await cli.exited, output: cli.output };
}

test.each([
  [['--node', 'pbx-9'], 'expected --node to be one of pbx-1, got "pbx-9"'],
  [['--url', 'pbx'], '--url: expected `url` to be the ARI root'],
  [['--url', 'https://u:hidden@pbx/ari'], 'without user, password, query or fragment'],
  [['--url', 'https://pbx/ari', '--ca-file', 'none.pem'], 'expected `caFile` to name a PEM file'],
  [['--from', 'moon'], "option '--from <place>' argument 'moon' is invalid. Allowed choices are lambda."],
  [['--from', 'lambda'], '--from lambda: expected --function NAME as well'],
  [['--password', 'hidden'], "unknown option '--password'\n(Did you mean --passwords?)"],
  [['--password=hidden'], "unknown option '--password'"],
])('%j fails with what was expected, and exit code 3', async (args, sentence) => {
  const { code, output } = await doctor(args);
  expect(output).toContain(sentence);
  expect(output).not.toContain('hidden');
  expect(code).toBe(3);
});

test.each([
  ['that others may read', 0o644, '{"pbx-1":{}}', /other users can read these passwords \(mode 644\)/],
  ['that is not JSON', 0o600, 'no JSON at all, but hidden', /expected JSON of the form \{"pbx-1":/],
  ['without a password', 0o600, '{"pbx-1":{"connector":{"username":"u","pin":"hidden"}}}', /missing "password"/],
  ['of another node', 0o600, '{"pbx-2":{}}', /expected a file with the users of "pbx-1", found no such file or node/],
])('a passwords file %s is refused without its content', async (_, mode, content, sentence) => {
  const file = join(folderOfTest(), 'passwords.json');
  writeFileSync(file, content, { mode });
  const { code, output } = await doctor(['--node', 'pbx-1', '--passwords', file]);
  expect(output).toMatch(sentence);
  expect(output).not.toContain('hidden');
  expect(code).toBe(3);
});

test('a server that does not answer is an error: exit code 2, and the lines to write', async () => {
  const port = await freePort();
  const { code, output } = await doctor(['--url', `http://127.0.0.1:${port}/ari`]);
  expect(output).toContain(`✘ port                 nothing listens on 127.0.0.1:${port} (ECONNREFUSED)`);
  expect(output).toContain('    http.conf [general]  enabled = yes\n');
  expect(code).toBe(2);
});

test('without a user the little that was examined is no good result: exit code 3', async () => {
  const peer = await AriPeer.start();
  onTestFinished(() => peer.close());
  const { code, output } = await doctor(['--url', peer.url]);
  expect(output).toContain('no credentials were given for the user that receives events');
  expect(output).toMatch(/\b0 errors\b/);
  expect(code).toBe(3);
});

test('--help names every option', async () => {
  const { code, output } = await doctor(['--help']);
  for (const option of [
    'node',
    'url',
    'passwords',
    'from-secrets',
    'handlers-secret',
    'calls',
    'bus',
    'from',
    'json',
  ]) {
    expect(output).toContain(`--${option}`);
  }
  expect(code).toBe(0);
});
