import fc, { type Arbitrary } from 'fast-check';
import { bridgeCommands } from './grammar/bridge-commands.ts';
import { channelCommands } from './grammar/channel-commands.ts';
import { dialplan } from './grammar/dialplan.ts';
import { otherCommands } from './grammar/other-commands.ts';
import type { Command, Program, Step } from './program.ts';

const acts: [number, Arbitrary<Step>][] = [
  [4, fc.constantFrom('1', '5', '#', '12', '4711', '*').map((digits) => ({ kind: 'press', digits }))],
  [1, fc.constant({ kind: 'hang up' })],
  [0.3, fc.constant({ kind: 'wait', seconds: 5 })],
];

const commands: [number, Arbitrary<Command>][] = [...channelCommands, ...bridgeCommands, ...otherCommands];

const step = fc.oneof(
  ...[...acts, ...commands].map(([weight, arbitrary]) => ({
    weight: Math.round(weight * 10),
    arbitrary: arbitrary as Arbitrary<Step>,
  })),
);

/** Every operation that occurs in programs. */
export const OPERATIONS: ReadonlySet<string> = new Set(
  commands.flatMap(([, arbitrary]) => fc.sample(arbitrary, { numRuns: 1, seed: 1 }).map(({ operation }) => operation)),
);

/** Random programs of 5 to 30 steps. */
export const programs: Arbitrary<Program> = fc
  .record({ dialplan, steps: fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }) })
  .map(timed);

/** How many steps there are until a call's time is over: on Asterisk they take time, and must take less. */
const STEPS_IN_TIME = 5;

/** Waits for what ends a call that may last a few seconds alone. */
function timed({ dialplan, steps }: Program): Program {
  const isTimed = JSON.stringify(dialplan).includes('TIMEOUT(absolute)');
  return { dialplan, steps: isTimed ? steps.toSpliced(STEPS_IN_TIME, 1, { kind: 'wait', seconds: 5 }) : steps };
}
