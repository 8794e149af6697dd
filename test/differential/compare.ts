import type { Observation } from './run-program.ts';

export interface Disagreement {
  cell: string;
  real: string[];
  simulated: string[];
}

export interface Comparison {
  /** How many observations there are. */
  cells: number;
  /** How many of them differ between runs on Asterisk, or between runs on the simulator. */
  noise: number;
  disagreements: Disagreement[];
}

export type Observations = readonly [Observation, ...Observation[]];

/** Compares runs on the simulator with runs on Asterisk. What these or those do not agree on among themselves is noise. */
export function compare(simulated: Observations, real: Observations): Comparison {
  const all = new Set([...real, ...simulated].flatMap((one) => [...one.keys()]));
  const comparison: Comparison = { cells: all.size, noise: 0, disagreements: [] };
  for (const cell of all) {
    if (!agree(simulated, cell) || !agree(real, cell)) comparison.noise += 1;
    else if (!agree([real[0], simulated[0]], cell)) {
      const [seen, expected] = [real[0].get(cell) ?? [], simulated[0].get(cell) ?? []];
      comparison.disagreements.push({ cell, real: seen, simulated: expected });
    }
  }
  return comparison;
}

/** Whether all observations have the same lines in a cell. */
function agree([first, ...others]: Observations, cell: string): boolean {
  const lines = first.get(cell) ?? [];
  return others.every((other) => same(other.get(cell) ?? [], lines));
}

/** Whether the lines of a cell are the same. */
export function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, at) => line === b[at]);
}

/** Disagreements for people to read: of two lists, the lines that are in one alone. */
export function printedDisagreements(disagreements: readonly Disagreement[]): string {
  return disagreements
    .map(({ cell, real, simulated }) =>
      [
        `  at ${cell}:`,
        ...marked(real, simulated).map((line) => `    Asterisk   ${line}`),
        ...marked(simulated, real).map((line) => `    simulator  ${line}`),
      ].join('\n'),
    )
    .join('\n');
}

function marked(lines: readonly string[], others: readonly string[]): string[] {
  if (lines.length === 0) return ['(nothing)'];
  return lines.map((line) => `${others.includes(line) ? '  ' : '! '}${line}`);
}
