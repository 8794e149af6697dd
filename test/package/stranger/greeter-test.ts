import assert from 'node:assert/strict';
import { testCalls } from 'ari-eventbridge/testing';
import { handler } from './greeter.ts';

const pbx = await testCalls({ Greeter: handler });
const call = await pbx.dial('Greeter');
await call.playbackEnds();
assert.deepEqual(call.heard, ['sound:hello-world']);
assert.equal(call.isOver, true);
await pbx.close();
