/** A process that runs seeds: one command, one answer. */
import { loadProgram, type Patch } from './program.ts';
import { type RunResult, run } from './run.ts';
import { shrink } from './shrink.ts';

export interface WorkerCommand {
  first: number;
  count: number;
  patches: readonly Patch[];
  /** Stop at the first seed with a violation. */
  untilFound: boolean;
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

let unhandled: unknown;
process.on('unhandledRejection', (reason) => {
  unhandled ??= reason;
});

async function work({ first, count, patches, untilFound }: WorkerCommand): Promise<WorkerAnswer> {
  const program = await loadProgram(patches);
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
    const result = await run({ program, seed });
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
    if (answer.failing.length < MAX_SHRUNK) answer.failing.push(await shrink(program, result, violation.kind));
    else answer.alsoFailing.push(seed);
  }
  answer.cpuSeconds = process.cpuUsage().user / 1e6;
  return answer;
}

process.on('message', (command: WorkerCommand) => {
  work(command).then(
    (answer) => process.send?.(answer, () => process.exit(0)),
    (error: Error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
