import { expectTypeOf, test } from 'vitest';
import { type Call, callHandler } from '../../../../lib/index.ts';

test('a verb whose name has no function for its outcome does not compile', () => {
  callHandler({
    StasisStart: ({ call }) => call.gather('pin', { maxDigits: 4 }),
    gathered: { pin: ({ call }) => call.hangup() },
  });
  callHandler({
    // @ts-expect-error: the name is misspelt
    StasisStart: ({ call }) => call.gather('pni', { maxDigits: 4 }),
    gathered: { pin: ({ call }) => call.hangup() },
  });
  callHandler({
    // @ts-expect-error: there are no functions for outcomes
    StasisStart: ({ call }) => call.gather('pin', { maxDigits: 4 }),
  });
  callHandler({
    // @ts-expect-error: a function for another kind of outcome
    StasisStart: ({ call }) => call.dial('pin', { to: 'PJSIP/1001' }),
    gathered: { pin: ({ call }) => call.hangup() },
  });
});

test('the function of an outcome has its fields, with their types', () => {
  callHandler({
    StasisStart: ({ call }) => call.dial('agent', { to: ['PJSIP/1', 'PJSIP/2'], strategy: 'one after the other' }),
    dialled: {
      agent: ({ call, outcome, seconds, endedBy, attempt, event, channel }) => {
        expectTypeOf(outcome).toEqualTypeOf<
          'answered' | 'busy' | 'noanswer' | 'declined' | 'unreachable' | 'cancelled' | 'failed'
        >();
        expectTypeOf(seconds).toEqualTypeOf<number>();
        expectTypeOf(endedBy).toEqualTypeOf<'caller' | 'callee' | undefined>();
        expectTypeOf(attempt).toEqualTypeOf<number>();
        expectTypeOf(event.type).toEqualTypeOf<'StasisStart' | 'ChannelDestroyed'>();
        expectTypeOf(channel.id).toEqualTypeOf<string>();
        call.hangup();
      },
    },
  });
});

test('verbs that something follows can be chained, the others cannot', () => {
  expectTypeOf<Call['play']>().returns.toExtend<{ hangup(): void }>();
  expectTypeOf<Call['hangup']>().returns.toEqualTypeOf<void>();
  expectTypeOf<Call['gather']>().returns.toEqualTypeOf<void>();
});
