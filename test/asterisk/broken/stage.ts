import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { HASH_PLACE, type Remedy } from '../../../lib/ari/connect-failure.ts';
import type { Patient } from '../../../lib/asterisk/doctor/examination.ts';
import { examine } from '../../../lib/asterisk/doctor/examine.ts';
import type { Finding } from '../../../lib/asterisk/doctor/finding.ts';
import { freePort } from '../../support/free-port.ts';
import { openEvents } from '../../support/open-events.ts';
import { until } from '../../support/until.ts';
import { PrivateAuthority, type PrivateCertificate, selfSigned } from '../certificate.ts';
import { ConfEditor } from '../conf-editor.ts';
import { hashOf } from '../hash-of.ts';
import { ASTERISK_ROOT } from '../install.ts';
import { RealAsterisk } from '../real-asterisk.ts';
import { ask } from '../rendered-asterisk.ts';
import { Firewall } from './firewall.ts';
import { ari } from './lines.ts';
import { Nginx } from './nginx.ts';

export const CONNECTOR = { username: 'connector', password: 'connector-password', readOnly: true };
export const HANDLERS = { username: 'handlers', password: 'handlers-password' };
const KEYS = join(ASTERISK_ROOT, 'etc/asterisk/keys');
/** Where Asterisk itself sees its certificates. */
export const PLACE = '/etc/asterisk/keys';

/** By which commands Asterisk loads a changed file. Others need a restart. */
const RELOADS: Record<string, string> = {
  'http.conf': 'module reload http',
  'ari.conf': 'module reload res_ari.so',
  'extensions.conf': 'dialplan reload',
};

/** One real Asterisk for many broken installations, with what else stands between it and the doctor. */
export class Stage {
  readonly asterisk: RealAsterisk;
  readonly tlsPort: number;
  readonly editor = new ConfEditor();
  readonly nginx: Nginx;
  readonly firewall = new Firewall();
  readonly #authority = new PrivateAuthority();
  readonly selfSigned: PrivateCertificate = selfSigned();
  /** Where a broken installation has another program listen. */
  otherPort = 0;
  /** As Asterisk itself reports it. */
  version = '';
  readonly #atEnd: (() => void | Promise<void>)[] = [];
  /** The files as the running Asterisk has loaded them; `undefined` while it does not run. */
  #loaded: Map<string, string> | undefined;

  private constructor(asterisk: RealAsterisk, tlsPort: number, nginx: Nginx) {
    this.asterisk = asterisk;
    this.tlsPort = tlsPort;
    this.nginx = nginx;
    mkdirSync(KEYS, { recursive: true });
    const intermediate = this.#authority.issue({ authority: true });
    const leaf = this.#authority.issue({ by: intermediate });
    const files: Record<string, PrivateCertificate> = {
      asterisk: this.#authority.issue(),
      expired: this.#authority.issue({ days: -1 }),
      'last-days': this.#authority.issue({ days: 5 }),
      elsewhere: this.#authority.issue({ subjectAltName: 'DNS:pbx.elsewhere.example' }),
      'no-chain': leaf,
      'self-signed': this.selfSigned,
    };
    // Certificate and key in one file, as in the documents.
    for (const [name, { certificate, key }] of Object.entries(files)) {
      writeFileSync(join(KEYS, `${name}.pem`), certificate + key, { mode: 0o644 });
    }
  }

  static async prepare(): Promise<Stage> {
    return new Stage(await RealAsterisk.prepare(), await freePort(), await Nginx.prepare());
  }

  get port(): string {
    return new URL(this.asterisk.url).port;
  }

  /** HTTPS, with the private authority that has signed the certificate. */
  get secure(): { url: string; ca: string } {
    return { url: `https://127.0.0.1:${this.tlsPort}/ari`, ca: this.#authority.ca };
  }

  /** Undoes what a broken installation has changed, in the files too. */
  async restore(): Promise<void> {
    for (const undo of this.#atEnd.splice(0).reverse()) await undo();
    this.editor.restore();
    const tls = [
      'session_keep_alive = 15000',
      'tlsenable = yes',
      `tlsbindaddr = 127.0.0.1:${this.tlsPort}`,
      `tlscertfile = ${PLACE}/asterisk.pem`,
    ];
    this.asterisk.configure([CONNECTOR, HANDLERS], undefined, { 'http.conf': `${tls.join('\n')}\n` });
    for (const { username, password } of [CONNECTOR, HANDLERS]) {
      this.editor.write(ari(username, 'password', hashOf(password)));
      this.editor.write(ari(username, 'password_format', 'crypt'));
    }
  }

  /** Writes at the beginning of a file, which is written again before the next broken installation. */
  prepend(file: string, text: string): void {
    const path = join(ASTERISK_ROOT, 'etc/asterisk', file);
    writeFileSync(path, text + readFileSync(path, 'utf8'));
  }

  /** Undoes something before the next broken installation. */
  later(undo: () => void | Promise<void>): void {
    this.#atEnd.push(undo);
  }

  /** Has Asterisk load what has changed: by a reload where that is enough. */
  async load({ restart = false } = {}): Promise<void> {
    const now = filesNow();
    const before = this.#loaded;
    const changed = [...now].filter(([file, text]) => before?.get(file) !== text).map(([file]) => file);
    if (restart || before === undefined || changed.some((file) => RELOADS[file] === undefined)) {
      await this.asterisk.stop();
      await this.asterisk.start();
    } else {
      for (const file of changed) await this.asterisk.cli(RELOADS[file] as string);
    }
    this.#loaded = now;
    this.version ||= /Asterisk (\S+)/.exec(await this.asterisk.cli('core show version'))?.[1] ?? '';
  }

  /** Restarts it before the next broken installation too: a reload does not undo this one. */
  async restart(): Promise<void> {
    await this.load({ restart: true });
    this.later(() => {
      this.#loaded = undefined;
    });
  }

  /** Opens foreign connections, and waits until Asterisk has answered on each: before, it may not have counted it. */
  async occupy(count: number): Promise<void> {
    const sockets = Array.from({ length: count }, () => connect(Number(this.port), '127.0.0.1'));
    this.later(() => sockets.forEach((socket) => void socket.destroy()));
    await Promise.all(sockets.map(answered));
  }

  /** Leaves an app without a program, and with a channel that keeps it in Asterisk's list. */
  async abandonApp(app: string): Promise<void> {
    await this.load();
    const { close, types } = await openEvents(this.asterisk.url, CONNECTOR, [app]);
    const channel = `channels/abandoned?endpoint=${encodeURIComponent('Local/answers@default')}&app=${app}`;
    await ask(`${this.asterisk.url}/${channel}`, { method: 'POST', user: HANDLERS });
    this.later(async () => {
      await ask(`${this.asterisk.url}/channels/abandoned`, { method: 'DELETE', user: HANDLERS });
    });
    await until('the channel in the app', () => types().includes('StasisStart'));
    close();
  }

  /** Halts Asterisk once it has loaded what has changed. */
  async halt(): Promise<void> {
    await this.load();
    this.asterisk.signal('SIGSTOP');
    this.later(() => this.asterisk.signal('SIGCONT'));
  }

  /** Shifts the clock of the doctor, not of Asterisk. */
  shiftClock(ms: number): void {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    this.later(() => void vi.useRealTimers());
  }

  async visit(patient: Partial<Patient>): Promise<Finding[]> {
    const users = { connector: CONNECTOR, handlers: HANDLERS };
    return Array.fromAsync(examine({ url: this.asterisk.url, apps: [], users, ...patient }));
  }

  /** A suggested line as a person completes it: with the hash, which the doctor does not know. */
  filledIn(
    { line, ...remedy }: Remedy,
    users: Patient['users'] = { connector: CONNECTOR, handlers: HANDLERS },
  ): Remedy {
    const user = Object.values(users).find(({ username }) => username === remedy.section);
    return { ...remedy, line: line.replace(HASH_PLACE, hashOf(user?.password ?? '')) };
  }

  /** A remedy as the table has it: with the usual ports. */
  inWords({ file, section, line }: Remedy): string {
    const ports: [number | string, string][] = [
      [this.port, '8088'],
      [this.tlsPort, '8089'],
      [this.nginx.port, '80'],
    ];
    return ports.reduce((text, [own, usual]) => text.replaceAll(String(own), usual), `${file} [${section}] ${line}`);
  }

  async end(): Promise<void> {
    await this.restore();
    await this.asterisk.stop();
    this.editor.restore();
    this.nginx.remove();
    this.#authority.remove();
    rmSync(KEYS, { recursive: true, force: true });
  }
}

/** The files that broken installations change. */
function filesNow(): Map<string, string> {
  const files = [
    'http.conf',
    'ari.conf',
    'extensions.conf',
    'modules.conf',
    'stasis.conf',
    'asterisk.conf',
    'more.conf',
  ];
  const path = (file: string) => join(ASTERISK_ROOT, 'etc/asterisk', file);
  return new Map(files.map((file) => [file, existsSync(path(file)) ? readFileSync(path(file), 'utf8') : '']));
}

/** Until the answer to a request, after which Asterisk keeps the connection; or until Asterisk has closed it. */
function answered(socket: Socket): Promise<void> {
  socket.write('GET /ari/asterisk/ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  return new Promise((resolve) =>
    socket
      .on('data', () => resolve())
      .on('error', () => {})
      .on('close', () => resolve()),
  );
}
