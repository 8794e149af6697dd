import { testCalls } from 'ari-eventbridge/testing';
import { expect, test } from 'vitest';
import { handler as pin } from '../../functions/pin-flow/index.ts';

const options = { dialplan: { inside: ['Answer()', 'Wait(3600)'] } };

test('a caller with the right PIN goes on in the dialplan', async () => {
  const pbx = await testCalls({ Pin: pin }, options);
  const call = await pbx.dial('Pin');
  await call.press('4711');
  await pbx.wait(5);
  expect(call.heard).toEqual(['sound:vm-password', 'sound:auth-thankyou']);
  expect(call.channel?.dialplan.exten).toBe('inside');
  console.log(pbx.flows);
  await pbx.close();
});

test('a caller with three wrong PINs is hung up', async () => {
  const pbx = await testCalls({ Pin: pin }, options);
  const call = await pbx.dial('Pin');
  for (const wrong of ['1111', '2222', '3333']) {
    await call.press(wrong);
    await pbx.wait(5);
  }
  expect(call.heard.at(-1)).toBe('sound:vm-goodbye');
  expect(call.isOver).toBe(true);
  console.log(pbx.flows);
  await pbx.close();
});
