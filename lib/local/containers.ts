import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stopChild } from './stop-child.ts';
import type { LocalContainer } from './template/index.ts';

/** How long the connector may take to exit: it publishes what it has read first. */
const STOP_LIMIT_MS = 10_000;

/** Runs each of the templates' containers as a process of the bundle that its image would contain. */
export class Containers {
  readonly #onLog: (line: string) => void;
  readonly #running = new Map<string, { key: string; child: ChildProcess }>();
  readonly #ending = new Set<ChildProcess>();

  constructor(onLog: (line: string) => void) {
    this.#onLog = onLog;
  }

  /**
   * Starts new and changed containers, and stops removed ones.
   *
   * @param environment the variables that AWS sets in every task
   * @param journals a folder that outlives the processes
   */
  async apply(
    containers: readonly LocalContainer[],
    environment: Record<string, string>,
    journals: string,
  ): Promise<void> {
    const wanted = new Map(containers.map((container) => [container.name, container]));
    const keep = [...this.#running].filter(([name, { key }]) => {
      const container = wanted.get(name);
      return container !== undefined && keyOf(container) === key;
    });
    const gone = [...this.#running].filter(([name]) => !keep.some(([kept]) => kept === name));
    // Two processes with one journal would both publish it, so the old one is stopped first.
    await Promise.all(gone.map(([name]) => this.#end(name)));
    for (const container of containers) {
      if (this.#running.has(container.name)) continue;
      const child = this.#start(container, environment, join(journals, container.name));
      this.#running.set(container.name, { key: keyOf(container), child });
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.#end(name)));
  }

  async #end(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (!running) return;
    this.#running.delete(name);
    this.#ending.add(running.child);
    await stopChild(running.child, STOP_LIMIT_MS);
  }

  #start({ image, environment }: LocalContainer, aws: Record<string, string>, journal: string): ChildProcess {
    const child = spawn(process.execPath, [join(image, 'connector.cjs')], {
      // Files in the image, such as certificates of private CAs, are named relative to this folder.
      cwd: image,
      // A container does not share ports or folders; here it gets any free port, and a folder of this run. There is one
      // connector, and the bus begins with it: it needs no table of connectors.
      env: {
        ...aws,
        ...environment,
        HEALTH_PORT: '0',
        JOURNAL_FOLDER: journal,
        METRICS_INTERVAL_SECONDS: '0',
        STATE_TABLE_NAME: '',
        NEW_BUS: 'true',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#onLog(line));
    }
    child.on('exit', (code, signal) => {
      if (!this.#ending.has(child)) this.#onLog(`The connector exited (${signal ?? `exit code ${code}`})`);
    });
    return child;
  }
}

/** In every cloud assembly the asset's folder is named by the hash of its content. */
function keyOf({ image, environment }: LocalContainer): string {
  return JSON.stringify([image.split('/').at(-1), environment]);
}
