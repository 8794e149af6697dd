import { expect, test } from 'vitest';
import { callHandler } from '../../../lib/call-handler/call-handler.ts';
import { testCalls } from '../../../lib/testing/test-calls.ts';

test('a command that the simulator does not have is an error of the test, which names it, and no dead letter', async () => {
  const pbx = await testCalls({ Desk: callHandler({ StasisStart: ({ ari }) => ari.asterisk.listModules() }) });
  await expect(pbx.dial('Desk')).rejects.toThrow(
    'The simulated Asterisk does not support asterisk.listModules: test this call on a real Asterisk',
  );
  await pbx.close();
});
