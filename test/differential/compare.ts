import type { Observation } from './run-program.ts';

export interface Disagreement {
  cell: string;
  real: string[];
  simulated: string[];
}

export interface Comparison {
  /** How many observations there are on Asterisk. */
  cells: number;
  /** How many of them differ between runs on Asterisk. */
  noise: number;
  disagreements: Disagreement[];
}

/** Compares a run on the simulator with runs on Asterisk. What these do not agree on among themselves is noise. */
export function compare(simulated: Observation, [first, ...others]: [Observation, ...Observation[]]): Comparison {
  const all = new Set([...first.keys(), ...others.flatMap((other) => [...other.keys()]), ...simulated.keys()]);
  const comparison: Comparison = { cells: all.size, noise: 0, disagreements: [] };
  for (const cell of all) {
    const real = first.get(cell) ?? [];
    if (others.some((other) => !same(other.get(cell) ?? [], real))) comparison.noise += 1;
    else if (!same(simulated.get(cell) ?? [], real)) {
      comparison.disagreements.push({ cell, real, simulated: simulated.get(cell) ?? [] });
    }
  }
  return comparison;
}

function same(a: readonly string[], b: readonly string[]): boolean {
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
