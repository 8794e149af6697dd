import { type CrashPoint, forSeeds } from 'ari-eventbridge/testing';
import { describe, expect, test } from 'vitest';
import { run, SCENARIOS, type Scenario } from '../functions/flows-concurrently.ts';

const SEEDS = Number(process.env.SEEDS ?? 1000);

/** Calls of which each has a telephone system of its own: most of the time, they wait for timers of Node. */
const AT_A_TIME = 10;

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  test('ends the same, stopped before and after each request, and at each end of an invocation', async () => {
    const points: CrashPoint[] = [];
    const { end } = await run(scenario, { seed: 0 }, (point) => {
      points.push(point);
      return false;
    });
    for (const kind of ['checkpoint', 'inbox', 'command', 'end']) {
      expect(points.some(({ of }) => of === kind)).toBe(true);
    }
    await atATime(points, async ({ invocation, request, when, of }) => {
      const at = `invocation ${invocation}, ${when} request ${request} (${of})`;
      const stopped = await run(
        scenario,
        { seed: 0 },
        (point) => point.invocation === invocation && point.request === request && point.when === when,
      );
      expect([at, stopped.end, stopped.crashes]).toEqual([at, end, 1]);
      expect(stopped.repeated).toBeLessThanOrEqual(1);
    });
  }, 300_000);
});

test(`${SEEDS} calls end the same, stopped anywhere, with events that come again, late and at the same time`, async () => {
  const scenarios = Object.values(SCENARIOS);
  const sums = { calls: 0, stops: 0, repeated: 0 };
  const one = async (seed: number): Promise<void> => {
    const scenario = scenarios[seed % scenarios.length] as Scenario;
    const parity = Math.floor(seed / scenarios.length) % 2;
    const { end } = await expected(scenario, parity);
    const random = randomOf(seed);
    const stopped = await run(
      scenario,
      { delivery: 'concurrently', seed: 2 * (seed % 2 ** 30) + parity },
      () => random() < 0.03,
      () => random() < 0.3,
    );
    expect(stopped.end).toEqual(end);
    expect(stopped.repeated).toBeLessThanOrEqual(stopped.crashes);
    sums.calls += 1;
    sums.stops += stopped.crashes;
    sums.repeated += stopped.repeated;
  };
  const groups = Array.from({ length: AT_A_TIME }, () => forSeeds(Math.ceil(SEEDS / AT_A_TIME), one));
  await Promise.all(groups);
  console.info(`${sums.calls} calls, ${sums.stops} stopped invocations, ${sums.repeated} steps that ran again`);
}, 900_000);

async function atATime<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

const ends = new Map<string, Promise<Awaited<ReturnType<typeof run>>>>();

/** What comes of a call to which nothing happens. */
function expected(scenario: Scenario, parity: number): ReturnType<typeof run> {
  const key = `${Object.values(SCENARIOS).indexOf(scenario)} ${parity}`;
  const found = ends.get(key) ?? run(scenario, { seed: parity });
  ends.set(key, found);
  return found;
}

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
