import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HEAP_GROWTH, nodeOptions, SMALLEST_MEMORY_MIB } from '../../lib/cdk/connector-memory.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../connector/main.ts', import.meta.url));

export interface ConnectorLine {
  level: string;
  message: string;
  attempts?: number;
  healthPort?: number;
}

export type StartCommand = (environment: string[]) => [string, ...string[]];

/** The connector as it runs in its container: a process that is configured by its environment, and has the memory of the smallest task. */
export class ConnectorProcess {
  readonly lines: ConnectorLine[] = [];
  /** The exit code, `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  /** @param command starts it, given the names of the environment variables that configure it */
  constructor(
    environment: Record<string, string>,
    command: StartCommand = () => [process.execPath, HEAP_GROWTH, MAIN],
  ) {
    const told = {
      HEALTH_PORT: '0',
      METRICS_INTERVAL_SECONDS: '0',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      NODE_OPTIONS: nodeOptions(SMALLEST_MEMORY_MIB),
      ...environment,
    };
    const [program, ...args] = command(Object.keys(told));
    this.#child = spawn(program, args, {
      env: { PATH: process.env.PATH ?? '', ...told },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.exited = new Promise((resolve) => this.#child.once('exit', resolve));
    const output = this.#child.stdout;
    if (output) createInterface({ input: output }).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** The connector's warnings, in the order in which it gave them. */
  get warnings(): string[] {
    return this.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  }

  get errors(): string[] {
    return this.lines.filter(({ level }) => level === 'error').map(({ message }) => message);
  }

  async ready(): Promise<{ status: number; nodes: Record<string, string>; journal: string; waiting: number }> {
    const response = await this.#ask('/readyz');
    return { status: response.status, ...((await response.json()) as object) } as never;
  }

  /** One metric of `/metrics`, added up over its labels. */
  async figure(name: string): Promise<number> {
    const text = await (await this.#ask('/metrics')).text();
    const samples = text.split('\n').filter((line) => line.startsWith(`ari_eventbridge_${name}`));
    return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  becomesReady(limitMs = 40_000): Promise<unknown> {
    return until('the connector to be ready', async () => (await this.ready()).status === 200, limitMs);
  }

  /** Waits until it is ready and knows all earlier calls, so that a later fault is a separate one. */
  async isInStep(): Promise<void> {
    await this.becomesReady();
    await until('the connector to be in step', () =>
      this.lines.some(({ message }) => message === 'In step with Asterisk'),
    );
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exited;
  }

  /** Freezes it: it neither reads nor writes any more, and its connections stay open. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Kills it, like a kernel that runs out of memory. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  async #ask(path: string): Promise<Response> {
    const port = await until('the health port', () => this.lines.find(({ healthPort }) => healthPort)?.healthPort);
    return fetch(`http://127.0.0.1:${port}${path}`);
  }
}
