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
const { PROGRAMS, SEED, PROGRAM } = process.env;
const seed = Number(SEED ?? Date.now() % 2 ** 31);
/** Programs that run together: so many are not compared where Asterisk itself crashes or hangs at one of them. */
const BATCH = 48;
/** Programs that are made smaller and printed, which takes a minute each. */
const PRINTED = 3;
/** How many of a hundred programs may disagree: the simulator still differs in rare cases. */
const MOST_DISAGREEMENTS = 2;
/** In so many programs, each command succeeds and fails. */
const ALL_SEEN = 3000;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(async () => {
  await rig?.stop();
});

test('random programs are seen on the simulator as on a real Asterisk', async () => {
  const all = fc.sample(programs, { numRuns: Number(PROGRAMS ?? 500), seed });
  const chosen = PROGRAM === undefined ? all : [all[Number(PROGRAM)] as Program];
  const counted = { programs: 0, cells: 0, noise: 0 };
  const crashed: number[] = [];
  const found: { at: number; program: Program; disagreements: Disagreement[] }[] = [];
  for (let from = 0; from < chosen.length; from += BATCH) {
    const batch = chosen.slice(from, from + BATCH);
    for (const [at, outcome] of (await rig.compared(batch)).entries()) {
      if (!outcome) {
        crashed.push(from + at);
        continue;
      }
      const { program, cells, noise, disagreements } = outcome;
      counted.programs += 1;
      counted.cells += cells;
      counted.noise += noise;
      if (disagreements.length > 0) found.push({ at: from + at, program, disagreements });
    }
  }
  const noise = ((100 * counted.noise) / counted.cells).toFixed(2);
  console.info(
    `SEED=${seed}: ${counted.programs} programs, ${counted.cells} observations, ${noise} % of them noise, ` +
      `${found.length} programs disagree: PROGRAM=${found.map(({ at }) => at).join(', ')}`,
  );
  if (crashed.length > 0) console.info(`Asterisk crashed or hung at PROGRAM=${crashed.join(', ')}`);
  const { success, failure } = rig.coverage.missing;
  console.info(`Commands not seen to succeed: ${list(success)}; not seen to fail: ${list(failure)}`);
  const disagreeing = (100 * found.length) / counted.programs;
  for (const { at, program } of disagreeing > MOST_DISAGREEMENTS ? found.slice(0, PRINTED) : []) {
    const smallest = await shrink(program, async (candidates) =>
      (await rig.compared(candidates)).map((outcome) => (outcome?.disagreements.length ?? 0) > 0),
    );
    const [outcome] = await rig.compared([smallest]);
    console.info(`PROGRAM=${at}\n${printed(smallest)}\n${printedDisagreements(outcome?.disagreements ?? [])}`);
  }
  expect(counted.programs).toBeGreaterThan(chosen.length / 2);
  if (counted.programs >= ALL_SEEN) expect([...success, ...failure]).toEqual([]);
  expect(disagreeing).toBeLessThanOrEqual(MOST_DISAGREEMENTS);
  expect(Number(noise)).toBeLessThanOrEqual(5);
});

function list(names: readonly string[]): string {
  return names.join(', ') || 'none';
}
