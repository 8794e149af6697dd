/** A process that runs seeds of one program: to each portion of seeds one answer. */
import { loadProgram, type Patch } from './program.ts';
import { type RunResult, run } from './run.ts';
import { shrink } from './shrink.ts';

/** What the process runs, in its only argument as JSON. */
export interface WorkerTask {
  patches: readonly Patch[];
  /** Stop at the first seed with a violation. */
  untilFound: boolean;
}

export interface Portion {
  first: number;
  count: number;
}

export interface WorkerAnswer {
  runs: number;
  /** Processor time that the runs took. */
  cpuSeconds: number;
  counts: Record<string, number>;
  /** The smallest numbers of faults and of events that a run had. */
  leastFaults: number;
  leastEvents: number;
  /** Failing runs, shrunk; the others have failed too, and only their seeds are listed. */
  failing: RunResult[];
  alsoFailing: number[];
}

/** Failing seeds that are shrunk by each worker. */
const MAX_SHRUNK = 3;
let shrunk = 0;

let unhandled: unknown;
process.on('unhandledRejection', (reason) => {
  unhandled ??= reason;
});

const { patches, untilFound } = JSON.parse(process.argv[2] ?? '') as WorkerTask;
const program = loadProgram(patches);

async function work({ first, count }: Portion): Promise<WorkerAnswer> {
  const before = process.cpuUsage();
  const answer: WorkerAnswer = {
    runs: 0,
    cpuSeconds: 0,
    counts: {},
    leastFaults: Number.POSITIVE_INFINITY,
    leastEvents: Number.POSITIVE_INFINITY,
    failing: [],
    alsoFailing: [],
  };
  for (let seed = first; seed < first + count; seed++) {
    const result = await run({ program: await program, seed });
    // Node finds rejected promises when no more ticks wait.
    await new Promise((resolve) => setImmediate(resolve));
    answer.runs += 1;
    answer.leastFaults = Math.min(answer.leastFaults, result.faults.length);
    answer.leastEvents = Math.min(answer.leastEvents, result.counts['events sent'] ?? 0);
    for (const [name, times] of Object.entries(result.counts)) {
      answer.counts[name] = (answer.counts[name] ?? 0) + times;
    }
    if (unhandled !== undefined)
      throw new Error(`seed ${seed}: a promise was rejected and nobody caught it`, { cause: unhandled });
    const [violation] = result.violations;
    if (!violation) continue;
    if (untilFound) {
      answer.failing.push(result);
      break;
    }
    if (shrunk < MAX_SHRUNK) {
      shrunk += 1;
      answer.failing.push(await shrink(await program, result, violation.kind));
    } else answer.alsoFailing.push(seed);
  }
  const { user, system } = process.cpuUsage(before);
  answer.cpuSeconds = (user + system) / 1e6;
  return answer;
}

process.on('message', (portion: Portion) => {
  work(portion).then(
    (answer) => process.send?.(answer),
    (error: Error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
