import { appendFileSync, chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { basicAuthorization, type Credentials } from '../../lib/ari/credentials.ts';
import type { NodePasswords } from '../../lib/asterisk/ari-conf.ts';
import {
  type AsteriskNode,
  type AsteriskOptions,
  asteriskFaults,
  FILES,
  renderFile,
} from '../../lib/asterisk/asterisk-node.ts';
import { until } from '../support/until.ts';
import { ASTERISK_ROOT } from './install.ts';
import { RealAsterisk } from './real-asterisk.ts';

const LOG = 'var/log/asterisk/dialplan-of-tests';

/** A real Asterisk with the rendered files only. */
export class RenderedAsterisk {
  readonly server: RealAsterisk;
  readonly passwords: NodePasswords;
  /** What the node was rendered from. */
  node: AsteriskNode;
  /** Of files that other suites have not written themselves: what to leave behind. */
  readonly #found = new Map<string, string | undefined>();

  private constructor(server: RealAsterisk, passwords: NodePasswords) {
    this.server = server;
    this.passwords = passwords;
    this.node = { name: 'pbx-1', url: server.url, apps: ['Intro-IVR', 'Super-Conference'] };
  }

  static async prepare(passwords: NodePasswords): Promise<RenderedAsterisk> {
    return new RenderedAsterisk(await RealAsterisk.prepare(), passwords);
  }

  /** Writes the files of a node at `url`, and starts Asterisk on them. */
  async start(asterisk: AsteriskOptions, more: { url?: string; files?: Record<string, string> } = {}): Promise<void> {
    await this.server.stop();
    this.render(asterisk, more.url);
    for (const [file, text] of Object.entries(more.files ?? {})) this.write(file, text);
    rmSync(join(ASTERISK_ROOT, LOG), { force: true });
    await this.server.start();
  }

  /** Writes what a node is rendered to, in place of Asterisk's own files. */
  render(asterisk: AsteriskOptions, url = this.server.url): void {
    this.node = { ...this.node, url, asterisk };
    const faults = asteriskFaults([this.node]);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    this.server.configure([]); // SIP
    for (const file of FILES) this.write(file, renderFile(file, this.node, this.passwords));
    this.write('logger.conf', '[logfiles]\ndialplan-of-tests => notice,warning,error,verbose(5)\n');
  }

  /** Writes a file below `/etc/asterisk`. */
  write(file: string, text: string): void {
    const path = join(ASTERISK_ROOT, 'etc/asterisk', file);
    if (!this.#found.has(path)) this.#found.set(path, existsSync(path) ? readFileSync(path, 'utf8') : undefined);
    writeFileSync(path, text);
    chmodSync(path, 0o644);
  }

  /** Stops Asterisk, and restores its files. */
  async end(): Promise<void> {
    await this.server.stop();
    for (const [path, text] of this.#found) {
      if (text === undefined) rmSync(path);
      else writeFileSync(path, text);
    }
  }

  /** Adds to one that is there. */
  append(file: string, text: string): void {
    appendFileSync(join(ASTERISK_ROOT, 'etc/asterisk', file), text);
  }

  /** What Asterisk has logged since it started, each step of the dialplan among it. */
  async log(): Promise<string> {
    const read = () => readFileSync(join(ASTERISK_ROOT, LOG), 'utf8');
    const farewells = () => read().split('Remote UNIX connection disconnected').length;
    const before = farewells();
    // Lines are written in turn, later than they happen: when this one is there, all before it are.
    await this.server.cli('core show uptime');
    await until('the log to be written', () => farewells() > before);
    return read();
  }
}

/** One request with another HTTP client than ours. `status` 0: nothing listens there. */
export async function ask(
  url: string,
  { method = 'GET', user, headers = {}, ca }: AskOptions = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const authorization = user && { authorization: basicAuthorization(user) };
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const options = { method, headers: { ...headers, ...authorization }, agent: false as const, ...(ca && { ca }) };
    const outgoing = request(url, options, (incoming) => {
      const answer = { status: incoming.statusCode ?? 0, headers: incoming.headers };
      text(incoming).then((body) => resolve({ ...answer, body }), reject);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve({ status: 0, headers: {}, body: '' });
      else reject(error);
    });
    outgoing.end();
  });
}

interface AskOptions {
  method?: string;
  user?: Credentials;
  headers?: Record<string, string>;
  ca?: string;
}
