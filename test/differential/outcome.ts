import { type Comparison, compare, type Observations, same } from './compare.ts';
import type { Program } from './program.ts';
import type { Observation } from './run-program.ts';

/** What came of a program: what was seen of it on the simulator and on Asterisk, compared. */
export interface Outcome extends Comparison {
  program: Program;
  simulated: Observations;
  real: readonly Observation[];
}

/** What differs between any two runs on Asterisk is noise. */
export function outcomeOf(program: Program, simulated: Observations, real: readonly Observation[]): Outcome {
  const [first, ...others] = real;
  const nothing: Comparison = { cells: 0, noise: 0, disagreements: [] };
  return { program, simulated, real, ...(first ? compare(simulated, [first, ...others]) : nothing) };
}

/**
 * An outcome after more runs on Asterisk as busy as can be. There, runs differ from others also because something comes too
 * late for its step: a disagreement is a race only where one of them does as the simulator does.
 */
export function afterBusyRuns(outcome: Outcome, runs: readonly Observation[]): Outcome {
  const disagreements = outcome.disagreements.filter(
    ({ cell, simulated }) => !runs.some((run) => same(run.get(cell) ?? [], simulated)),
  );
  const noise = outcome.noise + outcome.disagreements.length - disagreements.length;
  return { ...outcome, noise, disagreements };
}
