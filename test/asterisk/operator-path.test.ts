import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FILES } from '../../lib/asterisk/asterisk-node.ts';
import { LocalSystem } from '../../lib/local/local-system.ts';
import { freePort } from '../support/free-port.ts';
import { copyProject } from '../support/project-copy.ts';
import { Recorder } from '../support/recorder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { privateCertificate } from './certificate.ts';
import { ASTERISK_ROOT } from './install.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = 'pbx-1.example.com';
const KEYS = join(ASTERISK_ROOT, 'etc/asterisk/keys');
const COPIED = join(ASTERISK_ROOT, 'root/asterisk.d');

/** The README's commands for deploying, in order. */
function operatorPath(): string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('## Deploy'), readme.indexOf('## Development'));
  const blocks = [...section.matchAll(/^ {3}```sh\n(.*?)^ {3}```$/gms)].map(([, lines = '']) => lines);
  return blocks
    .join('')
    .split('\n')
    .flatMap((line) => line.trim() || []);
}

/**
 * What the commands find on this machine under their names: a server named `pbx-1.example.com`, which is the chroot; a
 * deployment, which the local system is; the package's own command.
 */
const COMMANDS = {
  scp: `cp -r "$2" "$PBX/root/"`,
  ssh: `shift; exec chroot "$PBX" sh -c "cd /root; $*"`,
  npx: `case "$1 $2" in
    'cdk deploy') ;;
    # The account, which is not here, is examined in test/bin/preflight.test.ts.
    '--no-install ari-eventbridge') shift 2; [ "$1" = preflight ] && exit 0; exec node "$PROJECT/bin/ari-eventbridge.cjs" "$@" ;;
    *) exit 127 ;;
  esac`,
};

describe.skipIf(!OWN_ASTERISK)('an operator who follows the README, from an empty Asterisk on', () => {
  const project = copyProject();
  const tools = temporaryFolder();
  const recorder = new Recorder();
  const { ca, certificate, key } = privateCertificate();
  let asterisk: RealAsterisk;
  let system: LocalSystem;
  let connected: Promise<void>;

  beforeAll(async () => {
    const port = await freePort();
    writeFileSync(join(project.root, 'our-ca.pem'), ca);
    project.edit(
      'cdk.json',
      `"https://${HOST}:8089/ari",\n`,
      `"https://127.0.0.1:${port}/ari", "caFile": "our-ca.pem",\n`,
    );
    for (const [name, script] of Object.entries(COMMANDS)) {
      writeFileSync(join(tools.path, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    }

    asterisk = await RealAsterisk.prepare();
    asterisk.configure([]); // SIP
    for (const file of FILES) writeFileSync(join(ASTERISK_ROOT, 'etc/asterisk', file), '');
    mkdirSync(KEYS, { recursive: true });
    writeFileSync(join(KEYS, 'asterisk.pem'), certificate + key);
    chmodSync(join(KEYS, 'asterisk.pem'), 0o644);
    await asterisk.start();

    const { nodes } = JSON.parse(readFileSync(join(project.root, 'cdk.json'), 'utf8')).context;
    system = await LocalSystem.prepare(project.root, nodes, recorder);
    connected = system.connected('pbx-1');
    await system.start();
  });
  afterAll(async () => {
    await system?.stop();
    await asterisk?.stop();
    for (const folder of [KEYS, COPIED]) rmSync(folder, { recursive: true, force: true });
    project.remove();
    tools.remove();
  });

  /** Runs one line as a shell does, in the project's folder. */
  async function run(line: string): Promise<{ code: number | null; output: string }> {
    const { url, credentials } = system.endpoint;
    const shell = spawn('bash', ['-c', `exec 2>&1; ${line}`], {
      cwd: project.root,
      env: {
        ...process.env,
        PATH: [tools.path, process.env.PATH].join(delimiter),
        PBX: ASTERISK_ROOT,
        PROJECT: project.root,
        AWS_ENDPOINT_URL: url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const code = new Promise<number | null>((resolve) => shell.once('close', resolve));
    const output = await text(shell.stdout);
    return { code: await code, output };
  }

  test('gets a handled call', async () => {
    const lines = operatorPath();
    expect(lines.map((line) => line.split(' ', 2).join(' '))).toEqual([
      'npx --no-install',
      'npx cdk',
      'npx --no-install',
      'scp -r',
      `ssh root@${HOST}`,
      'npx --no-install',
    ]);
    for (const line of lines) {
      // Typing all this takes longer than the connector waits between two attempts.
      if (line.includes('doctor')) await connected;
      const { code, output } = await run(line);
      expect(code, `${line}\n${output}`).toBe(0);
      for (const { connector, handlers } of system.users) {
        expect(output).not.toContain(connector.password);
        expect(output).not.toContain(handlers.password);
      }
    }
    await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '9', afterMs: 300 } });
    const ended = await until('the end of the call', () => recorder.ofType('StasisEnd')[0]);
    expect(ended.resources[0]).toBe(recorder.ofType('StasisStart')[0]?.resources[0]);
    expect(recorder.deadLetters).toEqual([]);
  }, 120_000);
});
