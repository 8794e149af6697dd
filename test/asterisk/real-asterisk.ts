import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { basicAuthorization } from '../../lib/ari/credentials.ts';
import type { SimulatedUser } from '../../lib/simulator/ari-server.ts';
import { freePort, freeUdpPort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { ASTERISK_ROOT } from './install.ts';

const run = promisify(execFile);

/** The dialplan of the documents. */
const EXTENSIONS = `
[default]
exten => ivr,1,NoOp()
 same => n,Stasis(Intro-IVR)
 same => n,Hangup()

exten => conference,1,NoOp()
 same => n,Stasis(Super-Conference,100)
 same => n,Hangup()

; What the conformance suite calls: an app; phones that answer, ring and are busy; a place to go on to.
exten => app,1,Stasis(conformance,a,b)
 same => n,Set(WENT_ON=yes)
 same => n,Wait(3600)
exten => bare,1,Stasis(conformance)
 same => n,Hangup()
exten => nobody,1,Stasis(nobody-listens)
 same => n,Hangup()
exten => answers,1,Answer()
 same => n,Wait(3600)
exten => answers-later,1,Wait(1)
 same => n,Answer()
 same => n,Wait(3600)
exten => rings,1,Wait(0.3)
 same => n,Ringing()
 same => n,Wait(3600)
exten => busy,1,Busy(1)
exten => declines,1,Hangup(21)
exten => ends-soon,1,Answer()
 same => n,Wait(1)
exten => phone,1,Answer()
 same => n,Stasis(phone)
exten => back,1,Stasis(conformance,back)
 same => n,Hangup()
exten => timed,1,Set(TIMEOUT(absolute)=1)
 same => n,Stasis(conformance)
 same => n,Hangup()
exten => T,1,Stasis(conformance,late)
 same => n,Hangup()

; Three events for each turn of the loop, as fast as Asterisk can.
exten => burst,1,Set(i=0)
 same => n(loop),Set(i=$[\${i} + 1])
 same => n,GotoIf($[\${i} < \${TURNS}]?loop)
 same => n,Wait(3600)
`;

/**
 * A server that runs already, in place of one of our own:
 *
 *  - `ASTERISK_URL`: its ARI root; `ASTERISK_USER` and `ASTERISK_PASSWORD`: a user that may write;
 *  - `ASTERISK_SIP_PORT`: its SIP port on 127.0.0.1, where sipp may call `ivr` and `conference` of the dialplan below.
 */
const { ASTERISK_URL, ASTERISK_USER = '', ASTERISK_PASSWORD = '', ASTERISK_SIP_PORT = '5060' } = process.env;

/** Whether these tests may configure and restart the server. */
export const OWN_ASTERISK = ASTERISK_URL === undefined;

/** A user of the server that runs already. */
export const EXISTING_USER = { username: ASTERISK_USER, password: ASTERISK_PASSWORD };

/** A real Asterisk with the documents' configuration: in its chroot, on ports of its own, or one that runs already. */
export class RealAsterisk {
  readonly url: string;
  readonly sipPort: number;
  readonly #httpPort: number;
  #process: ChildProcess | undefined;

  private constructor(url: string, httpPort: number, sipPort: number) {
    this.url = url;
    this.#httpPort = httpPort;
    this.sipPort = sipPort;
  }

  /** Finds ports for a server, which is not running yet. */
  static async prepare(): Promise<RealAsterisk> {
    if (ASTERISK_URL !== undefined) return new RealAsterisk(ASTERISK_URL, 0, Number(ASTERISK_SIP_PORT));
    const port = await freePort();
    return new RealAsterisk(`http://127.0.0.1:${port}/ari`, port, await freeUdpPort());
  }

  /**
   * Writes http, ari, extensions, sorcery, features and pjsip.conf.
   *
   * @param more is appended to the file that it names
   * @param channelVariables what every event has of a channel, beside the call id
   */
  configure(
    users: readonly SimulatedUser[],
    dialplan = EXTENSIONS,
    more: Record<string, string> = {},
    channelVariables: readonly string[] = [],
  ): void {
    if (!OWN_ASTERISK) return;
    const write = (file: string, text: string): void => {
      const path = join(ASTERISK_ROOT, 'etc/asterisk', file);
      writeFileSync(path, text + (more[file] ?? ''));
      chmodSync(path, 0o644);
    };
    write('http.conf', `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${this.#httpPort}\n`);
    const sections = users.map(
      ({ username, password, readOnly }) =>
        `[${username}]\ntype = user\nread_only = ${readOnly ? 'yes' : 'no'}\npassword = ${password}\n`,
    );
    write(
      'ari.conf',
      `[general]\nenabled = yes\npretty = yes\nchannelvars = ${['CHANNEL(linkedid)', ...channelVariables]}\n\n${sections.join('\n')}`,
    );
    write('extensions.conf', dialplan);
    for (const file of ['sorcery.conf', 'features.conf']) write(file, '');
    write(
      'pjsip.conf',
      `[transport-udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:${this.sipPort}\n
[sipp]\ntype = endpoint\ncontext = default\ndisallow = all\nallow = ulaw\ndtmf_mode = auto_info\ndirect_media = no\n
[sipp]\ntype = identify\nendpoint = sipp\nmatch = 127.0.0.1\n`,
    );
  }

  /** Adds a sound of nothing but silence: 16 bits, 8,000 times a second. */
  addSilence(name: string, seconds: number): void {
    writeFileSync(join(ASTERISK_ROOT, `usr/share/asterisk/sounds/${name}.sln`), new Uint8Array(16_000 * seconds));
  }

  /** Replaces the dialplan of a server that runs. */
  async loadDialplan(dialplan: string): Promise<void> {
    writeFileSync(join(ASTERISK_ROOT, 'etc/asterisk/extensions.conf'), dialplan);
    await this.cli('dialplan reload');
  }

  /** Starts the process and returns at once: ARI answers 503 until Asterisk has booted. */
  launch(): void {
    // Debian's package leaves this folder to be made: recording fails with 500 until it is there. Recordings of an
    // earlier run would be in the way: 409.
    const recordings = '/var/spool/asterisk/recording';
    rmSync(join(ASTERISK_ROOT, recordings), { recursive: true, force: true });
    spawnSync('chroot', [ASTERISK_ROOT, 'install', '-d', '-o', 'asterisk', recordings]);
    if (!readFileSync('/proc/mounts', 'utf8').includes(` ${ASTERISK_ROOT}/proc `)) {
      spawnSync('mount', ['-t', 'proc', 'proc', join(ASTERISK_ROOT, 'proc')], { stdio: 'inherit' });
    }
    this.#process = spawn('chroot', [ASTERISK_ROOT, 'asterisk', '-f', '-U', 'asterisk'], { stdio: 'ignore' });
  }

  /** Starts the process and waits until Asterisk has booted. */
  async start(): Promise<void> {
    if (!OWN_ASTERISK) return;
    this.launch();
    await until(
      'Asterisk to boot',
      async () => (await this.cli('core waitfullybooted')).includes('fully booted'),
      60_000,
    );
  }

  /** Asterisk hangs up all channels before it exits; with `SIGKILL` it sends nothing more. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Halts the process, or lets it go on: `SIGSTOP`, `SIGCONT`. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  /** How many channels sit in a bridge, by Asterisk's own `bridge show all`; `undefined` where there is none. */
  async inBridge(id: string): Promise<number | undefined> {
    if (!OWN_ASTERISK) return this.#inBridgeByRest(id);
    const row = new RegExp(`^${id} +\\S+ +(\\d+) +stasis `, 'm').exec(await this.cli('bridge show all'));
    return row?.[1] === undefined ? undefined : Number(row[1]);
  }

  async #inBridgeByRest(id: string): Promise<number | undefined> {
    const headers = { authorization: basicAuthorization(EXISTING_USER) };
    const response = await fetch(`${this.url}/bridges/${id}`, { headers });
    return response.ok ? ((await response.json()) as { channels: string[] }).channels.length : undefined;
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
