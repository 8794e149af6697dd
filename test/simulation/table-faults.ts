import type { Fault } from './faults.ts';
import { Random } from './random.ts';
import { TABLE_KINDS } from './table-kinds.ts';

/** The kinds of faults of the table. */
export const tableFaultKinds = Object.keys(TABLE_KINDS) as (keyof typeof TABLE_KINDS)[];

/** What a standby sees by the table only: each lasts long enough to be missed without it. */
const SILENCES = ['freeze', 'connector and Asterisk cut'] as const;

/** Few of them hit a holder that a standby replaces meanwhile. */
const CUT_OFF: keyof typeof TABLE_KINDS = 'connector cut off from Asterisk and AWS';

/**
 * The faults of a seed's table, in their order. Half of the runs have none, so that it can be relied on: these have holders
 * that answer nothing instead.
 */
export function tablePlanOf(seed: number, lengthMs: number): Fault[] {
  const random = new Random(seed, 'table faults');
  if (random.chance(0.5)) {
    return [0.2, 0.4, 0.6, 0.8].map((part) => ({
      kind: random.pick(SILENCES),
      at: part * lengthMs,
      forMs: random.between(22_000, 28_000),
      target: random.next(),
      strength: random.next(),
    }));
  }
  const more = Array.from({ length: random.between(1, 4) }, () => random.pick(tableFaultKinds));
  return [CUT_OFF, ...more]
    .map((kind): Fault => {
      const [least, most] = TABLE_KINDS[kind].seconds;
      const forMs = random.between(least * 1000, most * 1000);
      return { kind, at: random.between(0, lengthMs), forMs, target: random.next(), strength: random.next() };
    })
    .toSorted((a, b) => a.at - b.at);
}
