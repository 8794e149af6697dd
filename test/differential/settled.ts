import type { Comparison } from './compare.ts';
import type { Program } from './program.ts';
import type { Outcome, Rig } from './rig.ts';

/** Programs that are compared together. */
const BATCH = 144;
/** Doubtful programs that run together again: with few others, Asterisk is less busy. */
const FEW = 12;

export interface Settled extends Comparison {
  program: Program;
  /** Its place among the programs. */
  at: number;
  /** Whether it disagreed with its first runs on Asterisk, and so ran more often. */
  wasDoubtful: boolean;
}

/**
 * Compares programs, and those that disagree once more with more runs on Asterisk: what takes another order in one of ten
 * runs does so unseen in the first two of them.
 *
 * @returns one for each program, but for those at which Asterisk itself crashes or hangs
 */
export async function settled(rig: Rig, programs: readonly Program[]): Promise<Settled[]> {
  const all: Settled[] = [];
  const doubtful: { at: number; outcome: Outcome }[] = [];
  for (let from = 0; from < programs.length; from += BATCH) {
    const outcomes = await rig.compared(programs.slice(from, from + BATCH));
    for (const [index, outcome] of outcomes.entries()) {
      if (!outcome) continue;
      if (outcome.disagreements.length > 0) doubtful.push({ at: from + index, outcome });
      else all.push(without(outcome, from + index, false));
    }
  }
  for (let from = 0; from < doubtful.length; from += FEW) {
    const few = doubtful.slice(from, from + FEW);
    const outcomes = await rig.comparedAgain(few.map(({ outcome }) => outcome));
    for (const [index, { at }] of few.entries()) {
      const outcome = outcomes[index];
      if (outcome) all.push(without(outcome, at, true));
    }
  }
  return all.toSorted((one, other) => one.at - other.at);
}

/** Without its observations, which take too much memory. */
function without({ program, cells, noise, disagreements }: Outcome, at: number, wasDoubtful: boolean): Settled {
  return { program, at, wasDoubtful, cells, noise, disagreements };
}
