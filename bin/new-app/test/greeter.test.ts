import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCalls } from 'ari-eventbridge/testing';
import { handler } from '../functions/greeter/index.ts';

test('a caller hears the greeting, and then the call ends', async () => {
  const pbx = await testCalls({ Greeter: handler });
  const call = await pbx.dial('Greeter');
  assert.equal(call.isUp, true);
  await call.playbackEnds();
  assert.deepEqual(call.heard, ['sound:hello-world']);
  assert.equal(call.isOver, true);
  await pbx.close();
});

test('the greeting is played once, also where EventBridge delivers each event twice', async () => {
  const pbx = await testCalls({ Greeter: handler }, { delivery: () => 'twice', cold: true });
  const call = await pbx.dial('Greeter');
  await pbx.wait(10);
  assert.deepEqual(call.heard, ['sound:hello-world']);
  await pbx.close();
});
