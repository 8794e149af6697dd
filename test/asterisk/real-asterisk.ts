import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SimulatedUser } from '../../lib/simulator/ari-server.ts';
import { freePort, freeUdpPort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { ASTERISK_ROOT } from './install.ts';

const run = promisify(execFile);

/** The dialplan of the user's documents. */
const EXTENSIONS = `
[default]
exten => ivr,1,NoOp()
 same => n,Stasis(Intro-IVR)
 same => n,Hangup()

exten => conference,1,NoOp()
 same => n,Stasis(Super-Conference,100)
 same => n,Hangup()
`;

/** A real Asterisk in its chroot, with the documents' configuration, on ports of its own. */
export class RealAsterisk {
  readonly url: string;
  readonly sipPort: number;
  readonly #httpPort: number;
  #process: ChildProcess | undefined;

  private constructor(httpPort: number, sipPort: number) {
    this.#httpPort = httpPort;
    this.sipPort = sipPort;
    this.url = `http://127.0.0.1:${httpPort}/ari`;
  }

  /** Finds ports for a server, which is not running yet. */
  static async prepare(): Promise<RealAsterisk> {
    return new RealAsterisk(await freePort(), await freeUdpPort());
  }

  /** Writes http.conf, ari.conf, extensions.conf and pjsip.conf. */
  configure(users: readonly SimulatedUser[]): void {
    const write = (file: string, text: string): void => {
      const path = join(ASTERISK_ROOT, 'etc/asterisk', file);
      writeFileSync(path, text);
      chmodSync(path, 0o644);
    };
    write('http.conf', `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${this.#httpPort}\n`);
    const sections = users.map(
      ({ username, password, readOnly }) =>
        `[${username}]\ntype = user\nread_only = ${readOnly ? 'yes' : 'no'}\npassword = ${password}\n`,
    );
    write(
      'ari.conf',
      `[general]\nenabled = yes\npretty = yes\nchannelvars = CHANNEL(linkedid)\n\n${sections.join('\n')}`,
    );
    write('extensions.conf', EXTENSIONS);
    write(
      'pjsip.conf',
      `[transport-udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:${this.sipPort}\n
[sipp]\ntype = endpoint\ncontext = default\ndisallow = all\nallow = ulaw\ndtmf_mode = info\ndirect_media = no\n
[sipp]\ntype = identify\nendpoint = sipp\nmatch = 127.0.0.1\n`,
    );
  }

  /** Starts the process and returns at once: ARI answers 503 until Asterisk has booted. */
  launch(): void {
    if (!readFileSync('/proc/mounts', 'utf8').includes(` ${ASTERISK_ROOT}/proc `)) {
      spawnSync('mount', ['-t', 'proc', 'proc', join(ASTERISK_ROOT, 'proc')], { stdio: 'inherit' });
    }
    this.#process = spawn('chroot', [ASTERISK_ROOT, 'asterisk', '-f', '-U', 'asterisk'], { stdio: 'ignore' });
  }

  /** Starts the process and waits until Asterisk has booted. */
  async start(): Promise<void> {
    this.launch();
    await until('Asterisk to boot', async () => (await this.cli('core waitfullybooted')).includes('fully booted'));
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  /** What a command of Asterisk's own command line prints; nothing while Asterisk is not there. */
  async cli(command: string): Promise<string> {
    try {
      return (await run('chroot', [ASTERISK_ROOT, 'asterisk', '-rx', command])).stdout;
    } catch {
      return '';
    }
  }
}
