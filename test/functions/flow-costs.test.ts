/** What the same call costs as continuations and as a flow: the table of docs/call-flows.md is counted again. */
import { readFileSync } from 'node:fs';
import { testCalls } from 'ari-eventbridge/testing';
import { describe, expect, test } from 'vitest';
import { handler as click } from '../../functions/click-to-dial/index.ts';
import { handler as clickFlow } from '../../functions/click-to-dial-flow/index.ts';
import { handler as pin } from '../../functions/pin/index.ts';
import { handler as pinFlow } from '../../functions/pin-flow/index.ts';
import { handler as queue } from '../../functions/queue/index.ts';
import { handler as queueFlow } from '../../functions/queue-flow/index.ts';
import { PRICES } from '../../lib/cost/prices.ts';
import { FLOW_EVENT_TYPES } from '../../lib/flow/event-types.ts';
import { CALLS_IN_BOTH_WAYS, NOISE } from './example-calls.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
/** An invocation's time and memory, as docs/cost.md takes them. */
const GB_SECONDS = 0.1 * 0.5;
const MOST_LINES = 25;

/** By example: both ways of it. */
const EXAMPLES = {
  pin: { continuations: pin, flow: pinFlow },
  queue: { continuations: queue, flow: queueFlow },
  'click-to-dial': { continuations: click, flow: clickFlow },
};
const NAMES = Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[];

/** By example and way: lines, events, invocations, operations, US dollars per 1,000 calls. */
const rows = new Map(
  [...textOf('docs/call-flows.md').matchAll(/^\| `([\w-]+)` \| (continuations|flow) \|(( [\d.]+ \|){5})$/gm)].map(
    ([, example, way, cells = '']) => [`${example} ${way}`, cells.split('|').flatMap((cell) => cell.trim() || [])],
  ),
);

const CASES = NAMES.flatMap((name) => [[name, 'continuations'] as const, [name, 'flow'] as const]);

test('docs/call-flows.md has a row for each example in each way, and no other', () => {
  expect([...rows.keys()].toSorted()).toEqual(CASES.map((one) => one.join(' ')).toSorted());
});

test.each(CASES)('a call of %s, as %s, costs what docs/call-flows.md says', async (name, way) => {
  const { options, calls } = CALLS_IN_BOTH_WAYS[name];
  const { continuations } = EXAMPLES[name];
  const pbx = await testCalls({ App: EXAMPLES[name][way] }, options);
  await calls(pbx);
  await pbx.wait(3);
  const lines = textOf(`functions/${name}${way === 'flow' ? '-flow' : ''}/index.ts`)
    .trimEnd()
    .split('\n').length;
  const events = pbx.events.filter(({ type }) => !NOISE.includes(type));
  const types: readonly string[] = way === 'flow' ? FLOW_EVENT_TYPES : continuations.eventTypes;
  const ofFunction = events.filter((event) => {
    if (!types.includes(event.type)) return false;
    // As the pattern of a handler selects them: conditionsOf in lib/call-handler/verbs/dispatch.ts.
    return way === 'flow' || event.type === 'StasisStart' || event.metadata.outcome !== undefined;
  });
  const executions = pbx.flows.reduce((sum, one) => sum + one.invocations, 0);
  const operations = pbx.flows.reduce((sum, one) => sum + one.operations, 0);
  const invocations = ofFunction.length + executions;
  // A fact that is stored, and a wait that is registered, for each event but the first.
  const writes = way === 'flow' ? 2 * (ofFunction.length - 1) : 0;
  const usd =
    events.length * PRICES.busEvent.usd +
    invocations * (PRICES.lambdaRequest.usd + GB_SECONDS * PRICES.lambdaGbSecond.usd) +
    operations * PRICES.durableOperation.usd +
    writes * PRICES.tableWrite.usd;
  expect([lines, events.length, invocations, operations, (1000 * usd).toFixed(3)].map(String)).toEqual(
    rows.get(`${name} ${way}`),
  );
  await pbx.close();
});

describe('the flows of the examples', () => {
  test.each(NAMES)(`%s takes at most ${MOST_LINES} lines`, (name) => {
    expect(textOf(`functions/${name}-flow/index.ts`).trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  });
});
