import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TemplateValues } from '../../../lib/local/template/values/template-values.ts';
import { arbitraryCase, type Case } from './arbitrary-template.ts';
import { MiniStackEngine, type Resolution } from './ministack-engine.ts';
import { SETTLED } from './settled.ts';

const RUNS = Number(process.env.ORACLE_TEMPLATES ?? 2000);
const FIXED_SEED = 20261125;
/** Of this run; printed in the test's name, so that a failure can be repeated. */
const FRESH_SEED = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));

let engine: MiniStackEngine;
beforeAll(() => {
  engine = new MiniStackEngine();
});
afterAll(() => engine.end());

function ourResolution({ template, parameters }: Case): Resolution {
  try {
    const stacks = new Map([['Calls', { name: 'Calls', template }]]);
    const values = new TemplateValues({ stacks, assets: new Map() }, { given: { parameters } });
    const resources = values
      .resources('Calls')
      .map(([id, { Properties }]) => [id, values.resolve('Calls', Properties ?? {})] as const);
    return { resources: Object.fromEntries(resources) };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

test.each([
  ['a fixed seed', FIXED_SEED],
  ['a fresh seed', FRESH_SEED],
])(`${RUNS} random templates have the values that MiniStack gives them, from %s, %i`, async (_, seed) => {
  const tally = { resolved: 0, refused: 0, settled: 0 };
  await fc.assert(
    fc.asyncProperty(arbitraryCase, async (one) => {
      const ours = ourResolution(one);
      const theirs = await engine.resolve(one.template, one.parameters);
      const what = JSON.stringify({ ...one, ours, theirs });
      const { refused } = theirs;
      const isSettled =
        refused !== undefined && SETTLED.some(({ applies }) => applies(JSON.stringify(one.template), refused));
      if (ours.refused === undefined && isSettled) tally.settled += 1;
      else if (refused !== undefined) {
        expect(ours.refused, what).toBeDefined();
        tally.refused += 1;
      } else {
        expect(ours, what).toEqual(theirs);
        tally.resolved += 1;
      }
    }),
    { numRuns: RUNS, seed },
  );
  console.log(`seed ${seed}: ${JSON.stringify(tally)}`);
  expect(tally.resolved).toBeGreaterThan(RUNS / 4);
  expect(tally.refused).toBeGreaterThan(RUNS / 20);
});
