/** A call that the campaign has placed (`start.ts`), and that someone or something has answered. */
import { type AriClient, callHandler } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: ({ call }) => call.detectMachine('who'),
  detected: {
    who: async ({ call, ari, outcome }) => {
      if (outcome === 'human') call.gather('confirm', { prompt: 'sound:vm-options', maxDigits: 1, tries: 2 });
      else {
        await tell(ari, call.id, outcome);
        call.hangup();
      }
    },
  },
  gathered: {
    confirm: async ({ call, ari, digits }) => {
      await tell(ari, call.id, digits === '1' ? 'confirmed' : 'declined');
      call.play(digits === '1' ? 'sound:auth-thankyou' : 'sound:vm-goodbye').hangup();
    },
  },
  // Of a number that did not answer: 17 is busy, 19 no answer.
  ChannelDestroyed: ({ event, ari }) =>
    event.channel.state === 'Up' ? undefined : tell(ari, event.channel.id, event.cause === 17 ? 'busy' : 'no answer'),
});

/** May be told twice; who counts does so by the call. */
function tell(ari: AriClient, call: string, result: string): Promise<void> {
  return ari.events.userEvent({ eventName: 'Outcome', application: 'Campaign', variables: { call, result } });
}
