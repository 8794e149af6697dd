import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { LocalSystem } from '../../lib/local/local-system.ts';
import { freePort } from '../support/free-port.ts';
import { copyProject } from '../support/project-copy.ts';
import { Recorder } from '../support/recorder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { privateCertificate } from './certificate.ts';
import { ASTERISK_ROOT } from './install.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const HOST = 'pbx-1.example.com';
const COPIED = join(ASTERISK_ROOT, 'root/asterisk.d');

/**
 * What the commands of the documents find on this machine under their names: a server named `pbx-1.example.com`, which is the
 * chroot; a deployment, which the local system is; the package's own command.
 */
const COMMANDS = {
  scp: `cp -r "$2" "$PBX/root/"`,
  ssh: `shift; exec chroot "$PBX" sh -c "cd /root; $*"`,
  npx: `case "$1 $2" in
    'cdk deploy') ;;
    # The account, which is not here, is examined in test/system/bin/preflight.test.ts.
    '--no-install ari-eventbridge') shift 2; [ "$1" = preflight ] && exit 0; exec node "$PROJECT/bin/ari-eventbridge.cjs" "$@" ;;
    *) exit 127 ;;
  esac`,
};

/** The commands of a part of a document, in order. */
export function commandsOf(file: string, from: string, to: string): string[] {
  const document = readFileSync(join(ROOT, file), 'utf8');
  const section = document.slice(document.indexOf(from), document.indexOf(to));
  const blocks = [...section.matchAll(/^( *)```sh\n(.*?)^\1```$/gms)].map(([, , lines = '']) => lines);
  return blocks
    .join('')
    .split('\n')
    .flatMap((line) => line.trim() || []);
}

/** An operator with a project, a deployment, and a shell. */
export class Operator {
  readonly recorder = new Recorder();
  /** The port of the node's url. */
  readonly port: number;
  readonly #project = copyProject();
  readonly #tools = temporaryFolder();
  readonly #certificate = privateCertificate();
  #system: LocalSystem | undefined;
  #connected: Promise<void> | undefined;

  private constructor(port: number) {
    this.port = port;
    writeFileSync(join(this.#project.root, 'our-ca.pem'), this.#certificate.ca);
    this.edit(`"https://${HOST}:8089/ari",\n`, `"https://127.0.0.1:${port}/ari", "caFile": "our-ca.pem",\n`);
    for (const [name, script] of Object.entries(COMMANDS)) {
      writeFileSync(join(this.#tools.path, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    }
  }

  static async prepare(): Promise<Operator> {
    return new Operator(await freePort());
  }

  /** Certificate and key of the server, in one file. */
  get certificate(): string {
    return this.#certificate.certificate + this.#certificate.key;
  }

  /** Changes cdk.json. */
  edit(from: string, to: string): void {
    this.#project.edit('cdk.json', from, to);
  }

  /** Deploys what the project has. */
  async deploy(): Promise<void> {
    const { nodes } = JSON.parse(readFileSync(join(this.#project.root, 'cdk.json'), 'utf8')).context;
    this.#system = await LocalSystem.prepare(this.#project.root, nodes, this.recorder);
    this.#connected = this.#system.connected('pbx-1');
    await this.#system.start();
  }

  /** Runs one line as a shell does, in the project's folder. It must succeed, and show no password. */
  async run(line: string): Promise<void> {
    if (!this.#system) throw new Error('nothing is deployed yet');
    // Typing all this takes longer than the connector waits between two attempts.
    if (line.includes('doctor')) await this.#connected;
    const { url, credentials } = this.#system.endpoint;
    const shell = spawn('bash', ['-c', `exec 2>&1; ${line}`], {
      cwd: this.#project.root,
      env: {
        ...process.env,
        PATH: [this.#tools.path, process.env.PATH].join(delimiter),
        PBX: ASTERISK_ROOT,
        PROJECT: this.#project.root,
        AWS_ENDPOINT_URL: url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const code = new Promise<number | null>((resolve) => shell.once('close', resolve));
    const output = await text(shell.stdout);
    expect(await code, `${line}\n${output}`).toBe(0);
    for (const { connector, handlers } of this.#system.users) {
      expect(output).not.toContain(connector.password);
      expect(output).not.toContain(handlers.password);
    }
  }

  async end(): Promise<void> {
    await this.#system?.stop();
    rmSync(COPIED, { recursive: true, force: true });
    this.#project.remove();
    this.#tools.remove();
  }
}
