/** Rings an agent, records both, and tells the CRM where the recording is: by an event that any rule can match. */
import { callHandler } from 'ari-eventbridge';

export const handler = callHandler({
  StasisStart: ({ call, event }) => {
    call.state = { number: event.channel.caller.number };
    call.dial('agent', { to: 'PJSIP/agent1', timeout: 20, record: true });
  },
  dialled: {
    // Also where the caller is the one who hangs up.
    agent: async ({ call, event, ari, outcome, seconds, recording }) => {
      const variables = { recording, number: String(call.state.number), seconds: String(seconds), outcome };
      await ari.events.userEvent({ eventName: 'CallRecorded', application: event.application, variables });
      call.hangup();
    },
  },
});
