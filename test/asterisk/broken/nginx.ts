import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { listens } from '../../support/listens.ts';
import { until } from '../../support/until.ts';

/** Lines of the documents, by which all of ARI passes nginx. */
export const UPGRADE = [
  'proxy_http_version 1.1;',
  'proxy_set_header Upgrade $http_upgrade;',
  'proxy_set_header Connection "upgrade";',
  'proxy_read_timeout 1h;',
];

/** An nginx in front of Asterisk, on a port of its own. */
export class Nginx {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async prepare(): Promise<Nginx> {
    return new Nginx(await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/ari`;
  }

  /**
   * @param server lines of its server block
   * @param http lines of the block around it
   */
  async start(server: readonly string[], http: readonly string[] = []): Promise<void> {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path t_${kind};`,
    );
    const config = `
      daemon off; master_process off; pid nginx.pid; error_log error.log;
      events {}
      http {
        access_log off; ${temporary.join(' ')}
        ${http.join('\n')}
        server { listen 127.0.0.1:${this.port};
          ${server.join('\n')}
        }
      }`;
    writeFileSync(join(this.#folder, 'nginx.conf'), config);
    this.#process = spawn('nginx', ['-p', this.#folder, '-e', 'error.log', '-c', 'nginx.conf'], { stdio: 'inherit' });
    await until('nginx to listen', () => this.#listens());
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #listens(): Promise<boolean> {
    if (this.#process?.exitCode != null) throw new Error('nginx has ended: see its error above');
    return listens(this.port);
  }
}
