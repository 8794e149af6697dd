import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Disagreement, printedDisagreements } from './compare.ts';
import { programs } from './grammar.ts';
import { type Program, printed } from './program.ts';
import { Rig } from './rig.ts';
import { shrink } from './shrink.ts';

/**
 * How many programs: `PROGRAMS=3000 npm run test:differential`. The same ones again: `SEED=…`, and one of them alone:
 * `SEED=… PROGRAM=17`.
 */
const { PROGRAMS = '500', SEED, PROGRAM } = process.env;
const seed = Number(SEED ?? Date.now() % 2 ** 31);
/** Programs between two looks at what was found. */
const BATCH = 240;
/** Disagreements that are made smaller and printed. */
const PRINTED = 6;
/** Of a hundred programs, how many may disagree: what is found is still to be mended. */
const MOST_DISAGREEMENTS = 5;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(async () => {
  await rig?.stop();
});

test('random programs are seen on the simulator as on a real Asterisk', async () => {
  const all = fc.sample(programs, { numRuns: Number(PROGRAMS), seed });
  const chosen = PROGRAM === undefined ? all : [all[Number(PROGRAM)] as Program];
  const counted = { cells: 0, noise: 0 };
  const found: { at: number; program: Program; disagreements: Disagreement[] }[] = [];
  for (let from = 0; from < chosen.length; from += BATCH) {
    const outcomes = await rig.compared(chosen.slice(from, from + BATCH));
    for (const [at, { program, cells, noise, disagreements }] of outcomes.entries()) {
      counted.cells += cells;
      counted.noise += noise;
      if (disagreements.length > 0) found.push({ at: from + at, program, disagreements });
    }
  }
  const share = ((100 * counted.noise) / counted.cells).toFixed(2);
  console.info(
    `SEED=${seed}: ${chosen.length} programs, ${counted.cells} observations, ${share} % of them noise, ` +
      `${found.length} programs disagree`,
  );
  for (const { at, program } of found.slice(0, PRINTED)) {
    const smallest = await shrink(program, async (candidates) =>
      (await rig.compared(candidates)).map(({ disagreements }) => disagreements.length > 0),
    );
    const [outcome] = await rig.compared([smallest]);
    console.info(`PROGRAM=${at}\n${printed(smallest)}\n${printedDisagreements(outcome?.disagreements ?? [])}`);
  }
  expect((100 * found.length) / chosen.length).toBeLessThanOrEqual(MOST_DISAGREEMENTS);
  expect(Number(share)).toBeLessThanOrEqual(5);
});
