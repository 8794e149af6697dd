import { callHandler, channelState } from 'ari-eventbridge';
import { testCalls } from 'ari-eventbridge/testing';
import { expect, test } from 'vitest';

const ODD = { text: 'é"\\\n$[1 + 1] ,;|', list: [1, { deep: true }] };

test('state belongs to the call, across apps and Lambda environments', async () => {
  const state = channelState<typeof ODD>('odd');
  const seen: unknown[] = [];
  const first = callHandler({
    StasisStart: async ({ event, channel }) => {
      seen.push(await state.get({ event, channel }));
      await state.set({ event, channel }, ODD);
      await channel.move({ app: 'Second' });
    },
  });
  const second = callHandler({
    StasisStart: async (context) => void seen.push(await state.get(context)),
  });
  const pbx = await testCalls({ First: first, Second: second }, { cold: true });
  await pbx.dial('First');
  await pbx.close();
  expect(seen).toEqual([undefined, ODD]);
});

test('state that is too large for a variable is refused, with what to do', async () => {
  const errors: unknown[] = [];
  const handler = callHandler({
    StasisStart: (context) =>
      channelState<string>('big')
        .set(context, '\\'.repeat(11_000))
        .catch((e) => errors.push(e)),
  });
  const pbx = await testCalls({ App: handler });
  await pbx.dial('App');
  await pbx.close();
  expect(String(errors[0])).toMatch(/at most 40960 bytes in a request, got 440\d\d: store less, or use dynamoDbState/);
});

test('a name that is not a valid variable name is refused', () => {
  expect(() => channelState('a b')).toThrow('letters, digits or "_", got "a b"');
});
