import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { testCalls } from 'ari-eventbridge/testing';
import { handler } from '../functions/greeter/index.ts';

let pbx: Awaited<ReturnType<typeof testCalls>>;
afterEach(() => pbx.close());

test('a caller who presses 1 hears the monkeys, and then the call ends', async () => {
  pbx = await testCalls({ Greeter: handler });
  const call = await pbx.dial('Greeter');
  await call.press('1');
  await pbx.wait(10);
  assert.deepEqual(call.heard, ['sound:hello-world', 'sound:tt-monkeys']);
  assert.equal(call.isOver, true);
});

test('a caller who presses nothing hears a goodbye, also where EventBridge delivers each event twice', async () => {
  pbx = await testCalls({ Greeter: handler }, { delivery: () => 'twice', cold: true });
  const call = await pbx.dial('Greeter');
  await pbx.wait(20);
  assert.deepEqual(call.heard, ['sound:hello-world', 'sound:vm-goodbye']);
  assert.equal(call.isOver, true);
});
