import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { printedDisagreements } from './compare.ts';
import { programs } from './grammar.ts';
import { type Program, printed } from './program.ts';
import { Rig } from './rig.ts';
import { BESIDE_FEW, type Settled, settled } from './settled.ts';
import { shrink } from './shrink.ts';

/**
 * How many programs: `PROGRAMS=3000 npm run test:differential`. The same ones again: `SEED=…`, and some of them alone:
 * `SEED=… PROGRAM=17,401`.
 */
const { PROGRAMS, SEED, PROGRAM } = process.env;
const seed = Number(SEED ?? Date.now() % 2 ** 31);
/** Programs that are made smaller and printed, which takes minutes each. */
const PRINTED = 3;
/** None is made smaller after so long, so that the test ends in time and says what it found; `SHRINKING_MS=0` for none. */
const SHRINKING_MS = Number(process.env.SHRINKING_MS ?? 240_000);
/** How many percent of the programs may disagree, two of 500: the simulator still differs in cases that nobody has seen. */
const MOST_DISAGREEMENTS = 0.4;
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
  const alone = PROGRAM?.split(',').map(Number) ?? [];
  const numRuns = Math.max(Number(PROGRAMS ?? 500), ...alone.map((at) => at + 1));
  const all = fc.sample(programs, { numRuns, seed });
  const chosen = alone.length === 0 ? all : alone.map((at) => all[at] as Program);
  const compared = await settled(rig, chosen);
  const sum = (of: (one: Settled) => number): number => compared.reduce((total, one) => total + of(one), 0);
  const cells = sum((one) => one.cells);
  const noise = share(
    sum((one) => one.noise),
    cells,
  );
  const doubtful = compared.filter(({ wasDoubtful }) => wasDoubtful);
  const found = compared.filter(({ disagreements }) => disagreements.length > 0);
  const named = (places: readonly number[]): string => places.map((at) => alone[at] ?? at).join(',') || 'none';
  const summary =
    `SEED=${seed}: ${compared.length} programs, ${cells} observations, ${noise} % of them noise. ` +
    `${doubtful.length} programs (${share(doubtful.length, compared.length)} %) ran more often on Asterisk; ` +
    `${found.length} disagree: PROGRAM=${named(found.map(({ at }) => at))}`;
  console.info(summary);
  const crashed = [...chosen.keys()].filter((index) => !compared.some(({ at }) => at === index));
  console.info(`Asterisk crashed or hung at PROGRAM=${named(crashed)}`);
  const { success, failure } = rig.coverage.missing;
  console.info(`Commands not seen to succeed: ${list(success)}; not seen to fail: ${list(failure)}`);
  const disagreeing = share(found.length, compared.length);
  for (const { at, disagreements } of found) {
    console.info(`PROGRAM=${named([at])}\n${printedDisagreements(disagreements)}`);
  }
  const until = Date.now() + SHRINKING_MS;
  for (const { at, program } of disagreeing > MOST_DISAGREEMENTS ? found.slice(0, PRINTED) : []) {
    const smallest = await shrink(program, async (candidates) => {
      if (Date.now() > until) return candidates.map(() => false);
      const failing = (await settled(rig, candidates, [BESIDE_FEW])).filter(
        ({ disagreements }) => disagreements.length > 0,
      );
      return candidates.map((_, index) => failing.some((one) => one.at === index));
    });
    const [outcome] = await settled(rig, [smallest]);
    console.info(
      `PROGRAM=${named([at])}, made smaller\n${printed(smallest)}\n${printedDisagreements(outcome?.disagreements ?? [])}`,
    );
  }
  expect(compared.length).toBeGreaterThan(chosen.length / 2);
  if (compared.length >= ALL_SEEN) expect([...success, ...failure]).toEqual([]);
  expect(disagreeing, summary).toBeLessThanOrEqual(MOST_DISAGREEMENTS);
  expect(noise).toBeLessThanOrEqual(5);
});

/** So many of so many, in percent. */
function share(some: number, all: number): number {
  return Number(((100 * some) / all).toFixed(2));
}

function list(names: readonly string[]): string {
  return names.join(', ') || 'none';
}
