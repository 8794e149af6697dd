import type { Fault } from './faults.ts';
import type { ViolationKind } from './ledger.ts';
import type { Program } from './program.ts';
import { type RunResult, run } from './run.ts';

/** How many runs a failing seed is worth. */
const MAX_RUNS = 60;

/** Looks for fewer faults with which the seed still has a violation of the kind. @returns the smallest failing run */
export async function shrink(program: Program, failing: RunResult, kind: ViolationKind): Promise<RunResult> {
  let smallest = failing;
  let runs = 0;
  for (let size = Math.ceil(failing.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < smallest.faults.length && runs < MAX_RUNS; ) {
      const faults: Fault[] = smallest.faults.toSpliced(from, size);
      const result = await run({ program, seed: failing.seed, faults });
      runs += 1;
      if (result.violations.some((violation) => violation.kind === kind)) smallest = result;
      else from += size;
    }
  }
  return smallest;
}
