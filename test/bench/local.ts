/**
 * What a laptop stands: 1,000 simulated calls at 50 a second through local mode, with the deployed Intro-IVR: answered,
 * a digit pressed, a goodbye, hung up. All of them have to be handled to the end, without a failure.
 */
import { availableParallelism, loadavg } from 'node:os';
import { manyCalls } from '../support/many-calls.ts';

const CALLS = 1000;
const PER_SECOND = 50;

export async function bench(): Promise<object> {
  const [load = Number.NaN] = loadavg();
  const { answerMs, failures, ...report } = await manyCalls(CALLS, PER_SECOND);
  const sorted = answerMs.toSorted((a, b) => a - b);
  /** The smallest value that `percent` of all do not exceed. */
  const percentile = (percent: number): number =>
    Number((sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN).toFixed(1));
  if (report.handledToTheEnd !== CALLS || failures.length > 0 || report.deadLetters > 0) {
    throw new Error(`Not all calls were handled: ${JSON.stringify({ ...report, failures: failures.slice(0, 10) })}`);
  }
  return {
    cores: availableParallelism(),
    /** Of the machine, before: what else runs there makes callers wait. */
    loadAverage: Number(load.toFixed(1)),
    callsPerSecond: PER_SECOND,
    ...report,
    failures: failures.length,
    seconds: Number(report.seconds.toFixed(1)),
    stasisStartToAnswer: {
      p50Ms: percentile(50),
      p90Ms: percentile(90),
      p99Ms: percentile(99),
      maxMs: percentile(100),
    },
  };
}
