import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Patch } from './program.ts';
import type { RunResult } from './run.ts';
import type { WorkerAnswer, WorkerCommand } from './worker.ts';

/** Seeds are given to workers in portions, as some take longer than others. */
const PORTION = 25;

export interface Seeds {
  first: number;
  count: number;
  /** @default none */
  patches?: readonly Patch[];
  /** Whether to stop soon after a seed has failed. @default false */
  untilFound?: boolean;
}

/** Runs seeds in as many processes as the machine has processors. */
export async function runSeeds({ first, count, patches = [], untilFound = false }: Seeds): Promise<WorkerAnswer> {
  const all: WorkerAnswer[] = [];
  let next = first;
  const end = first + count;
  const lane = async (): Promise<void> => {
    while (next < end && !(untilFound && all.some(({ failing }) => failing.length > 0))) {
      const from = next;
      next = Math.min(end, next + PORTION);
      all.push(await ask({ first: from, count: next - from, patches, untilFound }));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
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

function ask(command: WorkerCommand): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), { execArgv: [], stdio: 'inherit' });
    child.once('message', (answer) => resolve(answer as WorkerAnswer));
    child.once('exit', (code) => code !== 0 && reject(new Error(`a worker of the simulation ended with ${code}`)));
    child.send(command);
  });
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
