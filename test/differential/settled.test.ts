import { describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import { afterBusyRuns, type Outcome, outcomeOf } from './outcome.ts';
import type { Program } from './program.ts';
import type { Again } from './rig.ts';
import type { Observation } from './run-program.ts';
import { settled } from './settled.ts';

const PROGRAM: Program = { dialplan: {}, steps: [] };
const CELL = '1 ~app ~caller';
const seen = (event: string): Observation => new Map([[CELL, [event]]]);

/** A rig on which the simulator always shows `simulated`, and Asterisk's nth run shows `real(n)`. */
function rigOf(simulated: string, real: (run: number) => string) {
  let runs = 0;
  const more = (times: number): Observation[] => Array.from({ length: times }, () => seen(real(runs++)));
  const compared = (program: Program): Outcome => outcomeOf(program, [seen(simulated)], more(2));
  const again = (one: Outcome, { times, isBusy }: Again): Outcome =>
    isBusy ? afterBusyRuns(one, more(times)) : outcomeOf(one.program, one.simulated, [...one.real, ...more(times)]);
  return {
    get runs() {
      return runs;
    },
    compared: async (programs: readonly Program[]) => programs.map(compared),
    comparedAgain: async (outcomes: readonly (Outcome | undefined)[], how: Again) =>
      outcomes.map((one) => one && again(one, how)),
  };
}

describe('a program', () => {
  test('that all runs on Asterisk agree on, and not with the simulator, disagrees in the end', async () => {
    const rig = rigOf('StasisEnd', () => 'ChannelDestroyed');
    const [only] = await settled(rig, [PROGRAM]);
    expect(only).toMatchObject({
      wasDoubtful: true,
      noise: 0,
      disagreements: [{ cell: CELL, real: ['ChannelDestroyed'], simulated: ['StasisEnd'] }],
    });
    expect(rig.runs).toBeGreaterThan(70);
  });

  test.each([2, 9, 29, 70])('on whose run %i Asterisk does as the simulator is noise', async (other) => {
    const rig = rigOf('StasisEnd', (run) => (run === other ? 'StasisEnd' : 'ChannelDestroyed'));
    expect(await settled(rig, [PROGRAM])).toMatchObject([{ wasDoubtful: true, noise: 1, disagreements: [] }]);
  });

  test('on which Asterisk does otherwise where it is busiest, but never as the simulator, disagrees', async () => {
    const rig = rigOf('StasisEnd', (run) => (run === 70 ? 'nothing in time' : 'ChannelDestroyed'));
    expect(await settled(rig, [PROGRAM])).toMatchObject([{ disagreements: [{ simulated: ['StasisEnd'] }] }]);
  });

  test('that agrees does not run more often', async () => {
    const rig = rigOf('StasisEnd', () => 'StasisEnd');
    expect(await settled(rig, [PROGRAM])).toMatchObject([{ wasDoubtful: false, noise: 0, disagreements: [] }]);
    expect(rig.runs).toBe(2);
  });
});

test('what differs between two runs on the simulator is noise', () => {
  const simulated: [Observation, Observation] = [seen('StasisEnd'), seen('ChannelDestroyed')];
  expect(compare(simulated, [seen('ChannelDestroyed')])).toMatchObject({ cells: 1, noise: 1, disagreements: [] });
});
