import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Patch } from './program.ts';
import type { RunResult } from './run.ts';
import type { Portion, WorkerAnswer, WorkerTask } from './worker.ts';

/** Seeds are given to workers in portions, as some take longer than others. */
const PORTION = 10;
const WORKERS = Number(process.env.WORKERS ?? availableParallelism());

export interface Seeds {
  first: number;
  count: number;
  /** @default none */
  patches?: readonly Patch[];
  /** Whether to stop soon after a seed has failed. @default false */
  untilFound?: boolean;
}

/** Runs seeds in as many processes as the machine has processors, or as WORKERS says. */
export async function runSeeds({ first, count, patches = [], untilFound = false }: Seeds): Promise<WorkerAnswer> {
  const all: WorkerAnswer[] = [];
  let next = first;
  const end = first + count;
  const lane = async (): Promise<void> => {
    const worker = new Worker({ patches, untilFound });
    while (next < end && !(untilFound && all.some(({ failing }) => failing.length > 0))) {
      const from = next;
      next = Math.min(end, next + PORTION);
      all.push(await worker.ask({ first: from, count: next - from }));
    }
    worker.end();
  };
  await Promise.all(Array.from({ length: WORKERS }, lane));
  return all.reduce(together);
}

function together(a: WorkerAnswer, b: WorkerAnswer): WorkerAnswer {
  const counts = { ...a.counts };
  for (const [name, times] of Object.entries(b.counts)) counts[name] = (counts[name] ?? 0) + times;
  return {
    runs: a.runs + b.runs,
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    counts,
    leastFaults: Math.min(a.leastFaults, b.leastFaults),
    leastEvents: Math.min(a.leastEvents, b.leastEvents),
    failing: [...a.failing, ...b.failing],
    alsoFailing: [...a.alsoFailing, ...b.alsoFailing],
  };
}

class Worker {
  readonly #child: ChildProcess;

  constructor(task: WorkerTask) {
    const path = fileURLToPath(new URL('worker.ts', import.meta.url));
    this.#child = fork(path, [JSON.stringify(task)], { execArgv: [], stdio: 'inherit' });
  }

  ask(portion: Portion): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`a worker of the simulation ended with ${code}`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer) => {
        this.#child.off('exit', onExit);
        resolve(answer as WorkerAnswer);
      });
      this.#child.send(portion);
    });
  }

  end(): void {
    this.#child.kill();
  }
}

/** A failing run in words: how to repeat it, its faults, and what went wrong. */
export function describeRun({ seed, scenario, faults, violations }: RunResult): string {
  const lines = faults.map(
    ({ kind, at, forMs, target, strength }) =>
      `  ${(at / 1000).toFixed(1)} s: ${kind} for ${(forMs / 1000).toFixed(1)} s (target ${target.toFixed(2)}, strength ${strength.toFixed(2)})`,
  );
  const wrong = violations.slice(0, 5).map(({ kind, says }) => `  ${kind}: ${says}`);
  return [
    `SEED=${seed} npm run test:simulation repeats it: ${JSON.stringify(scenario)}. With these faults alone:`,
    ...lines,
    `${violations.length} violations:`,
    ...wrong,
  ].join('\n');
}
