import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CALL_VARIABLES } from '../../lib/ari/verbs-dialplan.ts';
import type { Finding } from '../../lib/asterisk/doctor/finding.ts';
import { AwsAccount } from '../support/aws-account.ts';
import { runCli } from '../support/cli.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONNECTOR = { username: 'connector', password: 'connector-password' };
const HANDLERS = { username: 'handlers', password: 'handlers-password' };
const PASSWORDS = { ARI_CONNECTOR_PASSWORD: CONNECTOR.password, ARI_HANDLERS_PASSWORD: HANDLERS.password };

let asterisk: RealAsterisk;
let aws: AwsAccount;
let awsEnvironment: Record<string, string>;
let folder: TemporaryFolder;
let cli: ReturnType<typeof runCli> | undefined;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([{ ...CONNECTOR, readOnly: true }, HANDLERS], undefined, {}, CALL_VARIABLES);
  await asterisk.start();
});

beforeEach(async () => {
  folder = temporaryFolder();
  aws = new AwsAccount();
  aws.secrets.set('connector-secret', CONNECTOR);
  aws.secrets.set('handlers-secret', HANDLERS);
  awsEnvironment = {
    AWS_ENDPOINT_URL: await aws.listen(),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
});

afterEach(() => {
  cli?.kill();
  aws.close();
  folder.remove();
});

afterAll(() => asterisk?.stop());

function doctor(args: string[], environment: Record<string, string> = {}): ReturnType<typeof runCli> {
  cli = runCli(['doctor', ...args], environment);
  return cli;
}

/** Runs the command to its end. Its output must not contain a password. */
async function report(args: string[], environment: Record<string, string> = {}) {
  const running = doctor(args, environment);
  const code = await running.exited;
  for (const { password } of [CONNECTOR, HANDLERS]) expect(running.output).not.toContain(password);
  return { code, output: running.output };
}

async function findings(args: string[], environment: Record<string, string> = {}) {
  const { code, output } = await report([...args, '--json'], environment);
  return { code, findings: (JSON.parse(output) as { findings: Finding[] }).findings };
}

const verdictOf = (all: Finding[], check: string): string | undefined =>
  all.find((finding) => finding.check === check)?.verdict;

describe.skipIf(!OWN_ASTERISK)('ari-eventbridge doctor', () => {
  test('prints one line for each finding, and exits with 0 without warnings and errors', async () => {
    const { code, output } = await report(['--url', asterisk.url], PASSWORDS);
    expect(output).toMatch(/^✔ http +Asterisk\/22\S* answers$/m);
    expect(output).toMatch(/^✔ handlers-may-write +"handlers" may write, as it must$/m);
    expect(output).toMatch(/^✔ round-trip +a user event came back after \d+ ms$/m);
    expect(output).toMatch(/^ {4}ari\.conf \[general\] {2}channelvars = CHANNEL\(linkedid\),ARI_OUTCOME,ARI_STATE$/m);
    expect(output).toMatch(/ok, 0 warnings, 0 errors, \d+ not examined\n$/);
    expect(code).toBe(0);
  });

  test('prints JSON with --json, and exits with 1 where there is a warning', async () => {
    const result = await findings(['--url', asterisk.url, '--apps', 'Intro-IVR'], PASSWORDS);
    expect(result.findings).toContainEqual({
      check: 'apps',
      verdict: 'warning',
      says: expect.stringContaining('the app "Intro-IVR" is not registered'),
    });
    expect(result.code).toBe(1);
  });

  test('exits with 2 where there is an error, and names the checks that were skipped for it', async () => {
    const wrong = { ...PASSWORDS, ARI_HANDLERS_PASSWORD: 'a-wrong-password' };
    const { code, output } = await report(['--url', asterisk.url], wrong);
    expect(output).toMatch(/^✘ handlers +Asterisk at \S+ refused the user "handlers" \(401\)/m);
    expect(output).toMatch(
      /^ {4}ari\.conf \[handlers\] {2}password = <the hash that "asterisk-config ari\.conf" writes>$/m,
    );
    expect(output).toContain('not examined: fix "handlers" first');
    expect(output).not.toContain('a-wrong-password');
    expect(code).toBe(2);
  });

  test('reads the users from Secrets Manager', async () => {
    const secrets = ['--connector-secret', 'connector-secret', '--handlers-secret', 'handlers-secret'];
    const result = await findings(['--url', asterisk.url, ...secrets], awsEnvironment);
    expect(['connector', 'handlers'].map((role) => verdictOf(result.findings, role))).toEqual(['ok', 'ok']);
  });

  test('reads the users from the secrets with the stacks’ names', async () => {
    for (const user of [CONNECTOR, HANDLERS]) aws.secrets.set(`ari-eventbridge/pbx-1/${user.username}`, user);
    const result = await findings(['--url', asterisk.url, '--node', 'pbx-1', '--from-secrets'], awsEnvironment);
    expect(['connector', 'handlers'].map((role) => verdictOf(result.findings, role))).toEqual(['ok', 'ok']);
  });

  test('reads the users from the file that asterisk-config has written', async () => {
    const file = join(folder.path, 'passwords.json');
    writeFileSync(file, JSON.stringify({ 'pbx-1': { connector: CONNECTOR, handlers: HANDLERS } }), { mode: 0o600 });
    const result = await findings(['--url', asterisk.url, '--node', 'pbx-1', '--passwords', file]);
    expect(['connector', 'handlers'].map((role) => verdictOf(result.findings, role))).toEqual(['ok', 'ok']);
  });

  test('sees an event of Asterisk on the bus, and removes rule and queue', async () => {
    const connector = new ConnectorProcess({
      ...awsEnvironment,
      ARI_NODES: JSON.stringify([
        { name: 'pbx-1', url: asterisk.url, apps: ['Intro-IVR'], secretId: 'connector-secret' },
      ]),
      EVENT_BUS_NAME: 'calls',
      JOURNAL_FOLDER: join(folder.path, 'journal'),
    });
    try {
      await connector.becomesReady();
      const args = ['--url', asterisk.url, '--apps', 'Intro-IVR', '--bus', 'calls'];
      const seen = await findings(args, { ...awsEnvironment, ...PASSWORDS });
      expect(seen.findings.find(({ check }) => check === 'apps')?.says).toMatch(
        /registered by connector \w+: channels can/,
      );
      expect(seen.findings.at(-1)).toMatchObject({
        check: 'bus',
        verdict: 'ok',
        says: expect.stringMatching(/was seen on the bus calls/),
      });
      expect([seen.code, aws.rules.size, aws.queues.size]).toEqual([0, 0, 0]);

      // Ctrl-C while it waits for an event that is lost.
      aws.dropsEvents = true;
      const running = doctor(args, { ...awsEnvironment, ...PASSWORDS });
      await until('it to wait', () => aws.queues.size === 1 && aws.requests.at(-1) === 'ReceiveMessage');
      await running.interrupt();
      expect([aws.rules.size, aws.queues.size]).toEqual([0, 0]);
    } finally {
      await connector.stop();
    }
  });

  describe('--from lambda', () => {
    let bundle: string;

    beforeAll(async () => {
      // Below node_modules, where the function finds the SDK that Lambda's runtime includes.
      const cache = join(ROOT, 'node_modules/.cache');
      mkdirSync(cache, { recursive: true });
      bundle = mkdtempSync(join(cache, 'doctor-function-'));
      await build({
        entryPoints: [join(ROOT, 'lib/asterisk/doctor/lambda.ts')],
        outfile: join(bundle, 'index.mjs'),
        bundle: true,
        minify: true,
        platform: 'node',
        format: 'esm',
        target: 'node24',
        external: ['@aws-sdk/*', 'bufferutil', 'utf-8-validate'],
        banner: {
          js: "import { createRequire as doctorRequire } from 'node:module'; const require = doctorRequire(import.meta.url);",
        },
      });
      // What is uploaded is compressed; most of it is the package ws.
      expect(gzipSync(readFileSync(join(bundle, 'index.mjs'))).length).toBeLessThan(60_000);
    });

    afterAll(() => rmSync(bundle, { recursive: true, force: true }));

    /** Runs the bundle in a process that has the function's environment alone. */
    function deploy(nodes: object[], connectorSecrets: Record<string, string> = {}): void {
      aws.functions.set('doctor', async (payload) => {
        const code = `console.log(JSON.stringify(await (await import(${JSON.stringify(join(bundle, 'index.mjs'))})).handler(${JSON.stringify(payload)})))`;
        const told = { ARI_NODES: JSON.stringify(nodes), CONNECTOR_SECRETS: JSON.stringify(connectorSecrets) };
        const env = { ...awsEnvironment, ...told, LAMBDA_TASK_ROOT: bundle };
        const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
          env,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        for await (const chunk of child.stdout) output += chunk;
        return JSON.parse(output);
      });
    }

    const node = () => ({ name: 'pbx-1', url: asterisk.url, apps: ['Intro-IVR'], secretId: 'handlers-secret' });

    test('prints the report of a function on the handlers’ network path', async () => {
      deploy([node()], { 'pbx-1': 'connector-secret' });
      const args = ['--node', 'pbx-1', '--from', 'lambda', '--function', 'doctor', '--calls'];
      const result = await findings(args, awsEnvironment);
      for (const check of ['ari', 'connector', 'handlers', 'channel', 'channelvars', 'round-trip']) {
        expect(`${check} ${verdictOf(result.findings, check)}`).toBe(`${check} ok`);
      }
    });

    test('reports what the function cannot read, and examines the rest', async () => {
      deploy([{ ...node(), secretId: 'no-such-secret' }]);
      const result = await findings(['--node', 'pbx-1', '--from', 'lambda', '--function', 'doctor'], awsEnvironment);
      expect(result.findings[0]).toMatchObject({
        check: 'secret',
        verdict: 'error',
        says: expect.stringMatching(/no secret no-such-secret/),
      });
      expect(verdictOf(result.findings, 'ari')).toBe('ok');
      expect(result.code).toBe(2);
    });

    test('reports that the function does not exist', async () => {
      const { code, output } = await report(
        ['--node', 'pbx-1', '--from', 'lambda', '--function', 'none'],
        awsEnvironment,
      );
      expect(output).toContain('Function not found: none');
      expect(code).toBe(3);
    });
  });
});
