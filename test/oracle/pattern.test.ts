import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile } from '../../lib/events/pattern/index.ts';
import { caselessText } from '../../lib/events/pattern/letter-case.ts';
import { CASES } from '../lib/events/pattern/cases.ts';
import { MORE_CASES } from '../lib/events/pattern/more-cases.ts';
import { isAgreement, mixesWildcardAndCase, oneByOne, ourVerdict } from './agreement.ts';
import { loneSurrogatePair, pair } from './arbitraries.ts';
import { Judge, type Verdict } from './judge.ts';

const RUNS = Number(process.env.ORACLE_RUNS ?? 30_000);
const SEED = Number(process.env.ORACLE_SEED ?? 20261123);

let judge: Judge;
beforeAll(() => {
  judge = new Judge();
});
afterAll(() => judge.end());

type Pair = { pattern: string; event: string };

/** Whether both agree, or why the pair can't tell. */
async function compare(texts: Pair): Promise<'agree' | 'disagree' | 'unstable' | 'number' | 'disturbed'> {
  const { pattern, event } = texts;
  const ours = ourVerdict(pattern, event);
  const reference = await judge.verdict(pattern, event);
  if (reference.number !== undefined) return 'number';
  if (reference.unstable) return 'unstable';
  if (isAgreement(reference, ours, texts)) return 'agree';
  if ((await judge.verdict(pattern, event, 100)).unstable) return 'unstable';
  if (mixesWildcardAndCase(pattern) && (await isRightOneByOne(texts, ours))) return 'disturbed';
  return 'disagree';
}

/** Whether our result is the reference's when no two alternatives are in one machine. */
async function isRightOneByOne({ pattern, event }: Pair, ours: Verdict): Promise<boolean> {
  const verdicts = await Promise.all(oneByOne(pattern).map((one) => judge.verdict(one, event)));
  return ours.matches === verdicts.some(({ matches }) => matches);
}

test(`decides and refuses like event-ruler, ${RUNS} times from seed ${SEED}`, async () => {
  const tally: Record<string, number> = {};
  const count = (what: string) => {
    tally[what] = (tally[what] ?? 0) + 1;
  };
  await fc.assert(
    fc.asyncProperty(pair, async (texts) => {
      const outcome = await compare(texts);
      count(outcome);
      const { matches, refused } = ourVerdict(texts.pattern, texts.event);
      count(
        refused !== undefined
          ? 'pattern refused'
          : matches === undefined
            ? 'event refused'
            : matches
              ? 'match'
              : 'no match',
      );
      expect(outcome, `${texts.pattern}\n${texts.event}`).not.toBe('disagree');
    }),
    { numRuns: RUNS, seed: SEED },
  );
  console.log(`oracle: seed ${SEED}, ${JSON.stringify(tally)}`);
  // The pairs are worth something only if all outcomes are among them, and few can't tell.
  for (const what of ['match', 'no match', 'pattern refused']) expect(tally[what], what).toBeGreaterThan(RUNS / 10);
  expect(tally['event refused'], 'event refused').toBeGreaterThan(RUNS / 100);
  expect(tally.agree, 'agree').toBeGreaterThan(RUNS * 0.99);
});

test('decides parsed events as it decides their text', () => {
  fc.assert(
    fc.property(pair, ({ pattern, event }) => {
      const parsed = parse(event);
      // Parsing loses what the text says of numbers and of keys that come twice.
      fc.pre(parsed !== undefined && JSON.stringify(parsed) === event);
      expect(ourVerdict(pattern, parsed)).toEqual(ourVerdict(pattern, event));
    }),
    { numRuns: RUNS / 10, seed: SEED },
  );
});

test('decides many patterns at once as it decides each', () => {
  fc.assert(
    fc.property(fc.array(pair, { minLength: 2, maxLength: 12 }), (pairs) => {
      const patterns = pairs.map(({ pattern }) => pattern).filter((pattern) => !ourVerdict(pattern, '{}').refused);
      const together = compile(patterns);
      for (const { event } of pairs) {
        const each = patterns.flatMap((pattern, index) => (ourVerdict(pattern, event).matches ? [index] : []));
        if (ourVerdict('{"a":[1]}', event).eventRefused === undefined) expect(together.matching(event)).toEqual(each);
      }
    }),
    { numRuns: RUNS / 10, seed: SEED },
  );
});

test('halves of surrogate pairs are decided as event-ruler does, one alternative at a time', async () => {
  await fc.assert(
    fc.asyncProperty(loneSurrogatePair, async (texts) => {
      expect(await compare(texts), JSON.stringify(texts)).toBe('agree');
    }),
    { numRuns: 2000, seed: SEED },
  );
});

test.each([...CASES, ...MORE_CASES])(
  'event-ruler gives the same result for %s: %s',
  async (_, __, pattern, event, expected) => {
    const text = typeof event === 'string' ? event : JSON.stringify(event);
    const texts = { pattern: typeof pattern === 'string' ? pattern : JSON.stringify(pattern), event: text };
    const reference = await judge.verdict(texts.pattern, texts.event);
    const ours: Verdict = typeof expected === 'boolean' ? { matches: expected } : expected;
    expect(isAgreement(reference, ours, texts), JSON.stringify(reference)).toBe(true);
  },
);

// Cases that Unicode got after the version that this Java has.
const NEWER_THAN_JAVA = /[\u019b\u0264\u1c89\u1c8a\u2c2f\u2c5f\ua7c0\ua7c1\ua7cb-\ua7dc]/;

test('lower and upper case are those of Java, for every UTF-16 unit', async () => {
  const units = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  const { lower, upper } = await judge.cases(units.join(''));
  for (const [i, unit] of units.entries()) {
    if (NEWER_THAN_JAVA.test(unit) || /[\ud800-\udfff]/.test(unit)) continue;
    expect(caselessText(unit), i.toString(16)).toEqual({ lower: [lower[i]], upper: [upper[i]] });
  }
});

test.fails.each([
  ['a wildcard before equals-ignore-case', '{"a":[{"wildcard":"*y"},{"equals-ignore-case":"y"}]}', '{"a":":"}'],
  [
    'a wildcard before anything-but',
    '{"a":[{"wildcard":"*y"},{"anything-but":{"equals-ignore-case":"x"}}]}',
    '{"a":":"}',
  ],
])('known defect of event-ruler, not ours: %s', async (_, pattern, event) => {
  expect(await judge.verdict(pattern, event)).toMatchObject(ourVerdict(pattern, event));
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
