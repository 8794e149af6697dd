/** A call that the campaign has placed (`start.ts`), and that someone or something has answered. */
import { type AriClient, type CallEvent, callHandler } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: ({ call }) => call.detectMachine('who'),
  detected: {
    who: async ({ call, ari, event, outcome }) => {
      if (outcome === 'human') call.gather('confirm', { prompt: 'sound:vm-options', maxDigits: 1, tries: 2 });
      else {
        await tell(ari, event, outcome);
        call.hangup();
      }
    },
  },
  gathered: {
    confirm: async ({ call, ari, event, digits }) => {
      await tell(ari, event, digits === '1' ? 'confirmed' : 'declined');
      call.play(digits === '1' ? 'sound:auth-thankyou' : 'sound:vm-goodbye').hangup();
    },
  },
  // Of a number that did not answer: 17 is busy, 19 no answer.
  ChannelDestroyed: ({ event, ari }) =>
    event.channel.state === 'Up' ? undefined : tell(ari, event, event.cause === 17 ? 'busy' : 'no answer'),
});

/** May be told twice; who counts does so by the call. */
function tell(ari: AriClient, event: CallEvent<'StasisStart' | 'ChannelDestroyed'>, result: string): Promise<void> {
  const { application, channel } = event;
  return ari.events.userEvent({ eventName: 'Outcome', application, variables: { call: channel.id, result } });
}
