import type { Comparison } from './compare.ts';
import type { Program } from './program.ts';
import type { Outcome, Rig } from './rig.ts';

/** Programs that are compared together. */
const BATCH = 144;
/** Doubtful programs that run together again: with few others, Asterisk is less busy. */
export const FEW = 12;

export interface Settled extends Comparison {
  program: Program;
  /** Its place among the programs. */
  at: number;
  /** Whether it disagreed with its first runs on Asterisk, and so ran more often. */
  wasDoubtful: boolean;
}

/**
 * Compares programs, and those that disagree once more with more runs on Asterisk: what takes another order in one of ten
 * runs does so unseen in the first two of them. Those that disagree still run once more by themselves.
 *
 * @param together how many run at a time when they run again
 * @returns one for each program, but for those at which Asterisk itself crashes or hangs
 */
export async function settled(rig: Rig, programs: readonly Program[], together = [FEW, 1]): Promise<Settled[]> {
  const all: Settled[] = [];
  let doubtful: { at: number; outcome: Outcome }[] = [];
  for (let from = 0; from < programs.length; from += BATCH) {
    const outcomes = await rig.compared(programs.slice(from, from + BATCH));
    for (const [index, outcome] of outcomes.entries()) {
      if (!outcome) continue;
      if (outcome.disagreements.length > 0) doubtful.push({ at: from + index, outcome });
      else all.push(without(outcome, from + index, false));
    }
  }
  for (const size of together) {
    const left: typeof doubtful = [];
    for (let from = 0; from < doubtful.length; from += size) {
      const few = doubtful.slice(from, from + size);
      const outcomes = await rig.comparedAgain(few.map(({ outcome }) => outcome));
      for (const [index, { at }] of few.entries()) {
        const outcome = outcomes[index];
        if (!outcome) continue;
        if (outcome.disagreements.length > 0) left.push({ at, outcome });
        else all.push(without(outcome, at, true));
      }
    }
    doubtful = left;
  }
  const disagreeing = doubtful.map(({ at, outcome }) => without(outcome, at, true));
  return [...all, ...disagreeing].toSorted((one, other) => one.at - other.at);
}

/** Without its observations, which take too much memory. */
function without({ program, cells, noise, disagreements }: Outcome, at: number, wasDoubtful: boolean): Settled {
  return { program, at, wasDoubtful, cells, noise, disagreements };
}
