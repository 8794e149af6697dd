import { FAULT_KINDS, type FaultSize, type Stage } from './fault-kinds.ts';
import type { Pbx } from './pbx.ts';
import { Random } from './random.ts';
import { TABLE_KINDS } from './table-kinds.ts';
import type { Traffic } from './traffic.ts';

/** One fault of a run. A run is determined by its seed and its faults, so that a failing one can be shrunk. */
export interface Fault extends FaultSize {
  kind: FaultKind;
  /** When it begins, in milliseconds after the warm-up. */
  at: number;
}

const ALL_KINDS = { ...FAULT_KINDS, ...TABLE_KINDS };

export type FaultKind = keyof typeof ALL_KINDS;

/** Those that any run may have. */
export const faultKinds = Object.keys(FAULT_KINDS) as (keyof typeof FAULT_KINDS)[];

/** How long faults begin that come at one time, in milliseconds. */
const BURST_MS = 12_000;

/** The faults of a seed, in their order. */
export function planOf(seed: number, lengthMs: number): Fault[] {
  const random = new Random(seed, 'faults');
  // A part of the kinds, so that some runs are about few of them, and these often meet.
  const share = random.pick([0.15, 0.3, 0.5]);
  const kinds = faultKinds.filter(() => random.chance(share));
  const count = random.between(20, 26);
  // In some runs they come at a few times, one upon the other.
  const times = Array.from({ length: random.pick([0, 3, 6]) }, () => random.between(0, lengthMs - BURST_MS));
  const time = (): number =>
    times.length === 0 ? random.between(0, lengthMs) : random.pick(times) + random.between(0, BURST_MS);
  return Array.from({ length: count }, (): Fault => {
    const kind = random.pick(kinds.length > 3 ? kinds : faultKinds);
    const [least, most] = FAULT_KINDS[kind].seconds;
    const forMs = random.between(least * 1000, most * 1000);
    return { kind, at: time(), forMs, target: random.next(), strength: random.next() };
  }).toSorted((a, b) => a.at - b.at);
}

export function inflict(fault: Fault, stage: Stage): void {
  const { world, service, traffics } = stage;
  world.ledger.count(`fault: ${fault.kind}`);
  const index = Math.floor(fault.target * 1000);
  const { running } = service;
  const place = index % world.pbxes.length;
  ALL_KINDS[fault.kind].begin({
    ...stage,
    fault,
    task: running[index % Math.max(1, running.length)],
    pbx: world.pbxes[place] as Pbx,
    traffic: traffics[place] as Traffic,
    later: (undo) => void world.clock.after(fault.forMs, undo),
  });
}
