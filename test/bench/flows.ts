/**
 * What a flow adds to an outcome, beside continuations: 500 calls of each style at 20 a second, in turns of 50, on a real
 * Asterisk and in local mode. The example `pin` in both styles: each caller presses a wrong PIN, then the right one, hears a
 * word of thanks and goes on in the dialplan. Measured from the outcome's event on the bus to the next command that Asterisk
 * receives for that channel: at that rate, and for 50 calls of each style at 2 a second, which do not wait for each other.
 * Local mode has no hop: on AWS one hop of EventBridge comes to both, and what Lambda takes to
 * resume an execution to flows.
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setup as installAsterisk } from '../asterisk/install.ts';
import { OWN_ASTERISK } from '../asterisk/real-asterisk.ts';
import { PinCalls, type Style } from './flows/pin-calls.ts';

const CALLS = 500;
const TURN = 50;
const PER_SECOND = 20;
const WARM_UP = 20;
const FEW_CALLS = 50;
const FEW_PER_SECOND = 2;
const STYLES: readonly Style[] = ['continuations', 'flow'];

export async function bench(): Promise<object> {
  if (!OWN_ASTERISK) throw new Error('The bench starts an Asterisk of its own: unset ASTERISK_URL');
  installAsterisk();
  const [load = Number.NaN] = loadavg();
  const calls = await PinCalls.open(join(import.meta.dirname, 'flows'));
  try {
    for (const style of STYLES) await turn(calls, style, WARM_UP, PER_SECOND);
    const few = await measured(calls, FEW_CALLS, FEW_CALLS, FEW_PER_SECOND);
    const many = await measured(calls, CALLS, TURN, PER_SECOND);
    return {
      asterisk: await calls.asteriskVersion(),
      /** Of the machine, before: what else runs there makes callers wait. */
      loadAverage: Number(load.toFixed(1)),
      [`${FEW_CALLS} calls of each, ${FEW_PER_SECOND} a second`]: few,
      [`${CALLS} calls of each, ${PER_SECOND} a second`]: many,
    };
  } finally {
    await calls.close();
  }
}

/** Calls of both styles in turns, all of which have to end right. */
async function measured(calls: PinCalls, count: number, atOnce: number, perSecond: number): Promise<object> {
  calls.forget();
  for (let done = 0; done < count; done += atOnce) {
    for (const style of STYLES) await turn(calls, style, atOnce, perSecond);
  }
  const faults = await calls.faults();
  if (faults.length > 0) throw new Error(`Not all calls ended right:\n${faults.slice(0, 20).join('\n')}`);
  const each = (of: (style: Style) => unknown) => Object.fromEntries(STYLES.map((style) => [style, of(style)]));
  return {
    outcomeToCommand: each((style) => figures(calls.waits(style))),
    addedByFlow: added(calls),
    letIn: each((style) => calls.letIn(style)),
    invocationsPerCall: each((style) => calls.invocations(style) / count),
  };
}

/** So many calls, to their end. */
async function turn(calls: PinCalls, style: Style, count: number, perSecond: number): Promise<void> {
  const started = performance.now();
  for (let each = 0; each < count; each++) {
    await sleep(Math.max(0, started + (each * 1000) / perSecond - performance.now()));
    await calls.place(style);
  }
  await calls.areOver();
}

function figures(ms: readonly number[]): object {
  return { count: ms.length, p50Ms: percentile(ms, 50), p99Ms: percentile(ms, 99) };
}

function added(calls: PinCalls): object {
  const difference = (percent: number): number =>
    Number((percentile(calls.waits('flow'), percent) - percentile(calls.waits('continuations'), percent)).toFixed(1));
  return { p50Ms: difference(50), p99Ms: difference(99) };
}

/** The smallest value that `percent` of all do not exceed. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN).toFixed(1));
}
