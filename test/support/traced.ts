import type { BusEvent } from '../../lib/local/bus/bus-event.ts';
import type { ObservedInvocation } from '../../lib/local/lambda/observed.ts';
import type { LocalFunction, LocalRule } from '../../lib/local/template/deployment.ts';

/** Input of a trace in tests, as from the local system. */

export const FUNCTION: LocalFunction = {
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:intro',
  name: 'intro',
  title: 'IntroIvr',
  code: '/code',
  handler: 'index.handler',
  environment: {},
  timeoutMs: 10_000,
  memoryMb: 512,
};

export const RULES: LocalRule[] = [
  {
    title: 'IntroIvr',
    name: 'IntroIvr',
    arn: 'arn:aws:events:us-east-1:000000000000:rule/bus/IntroIvr',
    busName: 'bus',
    pattern: { source: ['asterisk.ari'], detail: { application: ['Intro-IVR'] } },
    targets: [{ arn: FUNCTION.arn }],
  },
  {
    title: 'Voicemail',
    name: 'Voicemail',
    arn: 'arn:aws:events:us-east-1:000000000000:rule/bus/Voicemail',
    busName: 'bus',
    pattern: { detail: { application: ['Voicemail'] } },
    targets: [],
  },
];

/** A `StasisStart` of channel 1.0, with other detail where asked for. */
export function busEvent(detail: Record<string, unknown> = {}, envelope: Partial<BusEvent> = {}): BusEvent {
  return {
    version: '0',
    id: 'bus-id',
    'detail-type': 'StasisStart',
    source: 'asterisk.ari',
    account: '000000000000',
    time: '2026-11-23T08:24:51Z',
    region: 'us-east-1',
    resources: ['pbx-1/channel/1.0'],
    detail: {
      type: 'StasisStart',
      timestamp: '2026-11-23T08:24:51.242+0000',
      args: ['100'],
      application: 'Intro-IVR',
      channel: { id: '1.0', caller: { name: 'Alice', number: '1001' }, dialplan: { exten: 'ivr' } },
      metadata: {
        id: 'event-1',
        node: 'pbx-1',
        channelId: '1.0',
        callId: '1.0',
        receivedAt: '2026-11-23T08:24:51.250Z',
      },
      ...detail,
    },
    ...envelope,
  };
}

export function invocation(changed: Partial<ObservedInvocation> = {}): ObservedInvocation {
  return {
    requestId: 'request-1',
    fn: FUNCTION,
    payload: busEvent(),
    eventId: 'event-1',
    attempt: 1,
    cold: false,
    ...changed,
  };
}
