import type { Comparison } from './compare.ts';
import type { Outcome } from './outcome.ts';
import type { Program } from './program.ts';
import { type Again, AT_ONCE, type Rig } from './rig.ts';

/** Programs that are compared together. */
const BATCH = 144;
/** Doubtful programs run together again: with few others, Asterisk is less busy. */
export const BESIDE_FEW: Again = { times: 4, together: 12 };
/** How those run that still disagree, one after the other. */
const AGAIN: readonly Again[] = [
  BESIDE_FEW,
  // By itself, a program never waits for the processor.
  { times: 4, together: 1 },
  // Ten runs agree by chance in most races of which one of ten goes the other way.
  { times: 20, together: 4 },
  // How a race ends depends on load: as many at a time as in the first runs.
  { times: AT_ONCE, together: AT_ONCE, isBusy: true },
];

export interface Settled extends Comparison {
  program: Program;
  /** Its place among the programs. */
  at: number;
  /** Whether it disagreed with its first runs on Asterisk, and so ran more often. */
  wasDoubtful: boolean;
}

/**
 * Compares programs, and those that disagree again with more runs: a race that mostly ends one way does so in the first
 * two of them. What disagrees after all of them is no race, and stays.
 *
 * @param again how programs run that still disagree, one after the other
 * @returns one for each program, but for those at which Asterisk itself crashes or hangs
 */
export async function settled(
  rig: Pick<Rig, 'compared' | 'comparedAgain'>,
  programs: readonly Program[],
  again = AGAIN,
): Promise<Settled[]> {
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
  for (const next of again) {
    const places = doubtful.map(({ at }) => at);
    const outcomes = await rig.comparedAgain(
      doubtful.map(({ outcome }) => outcome),
      next,
    );
    doubtful = [];
    for (const [index, at] of places.entries()) {
      const outcome = outcomes[index];
      if (!outcome) continue;
      if (outcome.disagreements.length > 0) doubtful.push({ at, outcome });
      else all.push(without(outcome, at, true));
    }
  }
  const disagreeing = doubtful.map(({ at, outcome }) => without(outcome, at, true));
  return [...all, ...disagreeing].toSorted((one, other) => one.at - other.at);
}

/** Without its observations, which take too much memory. */
function without({ program, cells, noise, disagreements }: Outcome, at: number, wasDoubtful: boolean): Settled {
  return { program, at, wasDoubtful, cells, noise, disagreements };
}
