import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalSystem } from '../../../../lib/local/local-system.ts';
import { Recorder } from '../../../support/recorder.ts';
import { until } from '../../../support/until.ts';

const APP = fileURLToPath(new URL('../../../support/crash-app', import.meta.url));
const HOP_MS = 400;
const EVENTS = 40;

/** Notes when each event reached its function. */
class Arrivals extends Recorder {
  readonly at: number[] = [];
  override onInvocationStart(...[invocation]: Parameters<Recorder['onInvocationStart']>): void {
    this.at.push(performance.now());
    super.onInvocationStart(invocation);
  }
}

const arrivals = new Arrivals();
let system: LocalSystem;
beforeAll(async () => {
  system = await LocalSystem.prepare(APP, [], arrivals, { hopMs: HOP_MS });
  await system.start();
}, 60_000);
afterAll(() => system?.stop());

function put(number: number): void {
  const detail = { type: 'StasisStart', application: 'Answers', metadata: { id: `hop-${number}` } };
  system.putEvent({ Source: 'asterisk.ari', DetailType: 'StasisStart', Detail: JSON.stringify(detail) });
}

test('events take the hop that was asked for, half as long to half longer, and overtake each other', async () => {
  put(0); // its process is there for the others
  await until('the first event', () => arrivals.at.length === 1);
  const begun = performance.now();
  for (let number = 1; number <= EVENTS; number++) put(number);
  await until('all events', () => arrivals.at.length === EVENTS + 1);
  const [first = 0] = arrivals.at.slice(1).map((at) => at - begun);
  expect(first).toBeGreaterThanOrEqual(HOP_MS / 2);
  const order = arrivals.starts.map(({ payload }) => Number(JSON.stringify(payload).match(/hop-(\d+)/)?.[1]));
  expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: EVENTS + 1 }, (_, number) => number));
});
