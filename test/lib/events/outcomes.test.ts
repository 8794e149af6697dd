import { expect, test } from 'vitest';
import { eventOutcome } from '../../../lib/events/outcomes.ts';

const back = (...fields: string[]) => ({
  type: 'StasisStart',
  args: ['sales', 'ari-eventbridge', ...fields],
  channel: { id: '1.1' },
});
const over = (outcome: string) => ({ type: 'ChannelDestroyed', channel: { channelvars: { ARI_OUTCOME: outcome } } });

test.each<[string, { type: string; args?: unknown; channel?: unknown }, object]>([
  [
    'digits that were gathered',
    back('gathered', 'pin', '100', '2', 'OK', '4711', ''),
    { kind: 'gathered', name: 'pin', attempt: 2, outcome: 'ok', digits: '4711' },
  ],
  [
    'a caller who hung up as digits were gathered',
    over('gathered,pin,100,1,HANGUP,47,'),
    { kind: 'gathered', name: 'pin', attempt: 1, outcome: 'hungup', digits: '47' },
  ],
  [
    'a caller who hung up as events brought digits',
    over('gathered:pin:100:1:HANGUP::#-4|102-7|101-4'),
    { kind: 'gathered', name: 'pin', attempt: 1, outcome: 'hungup', digits: '47' },
  ],
  [
    'a phone that was busy',
    back('dialled', 'agent', '100', '1', 'BUSY', '', '17'),
    { kind: 'dialled', name: 'agent', attempt: 1, outcome: 'busy', seconds: 0, recording: 'agent-1.1-100' },
  ],
  [
    'a talk that the caller ended',
    over('dialled,agent,100,1,HANGUP,42,ANSWER'),
    {
      ...{ kind: 'dialled', name: 'agent', attempt: 1, outcome: 'answered', seconds: 42, endedBy: 'caller' },
      recording: 'agent-1.1-100',
    },
  ],
  [
    'a recording that silence ended',
    back('recorded', 'message', '100', '1', 'SILENCE', '7', ''),
    { kind: 'recorded', name: 'message', attempt: 1, outcome: 'silence', seconds: 7, recording: 'message-1.1-100' },
  ],
])('%s: an outcome in words', (_, event, outcome) => {
  expect(eventOutcome(event, '1.1')).toEqual(outcome);
});

test.each<[string, { type: string; args?: unknown; channel?: unknown }]>([
  ['a call that enters its app', { type: 'StasisStart', args: ['sales'] }],
  ['a call whose arguments are no list', { type: 'StasisStart', args: 'ari-eventbridge' }],
  ['a list without a verb that has a name', back('', '', '100', '1', '', '', '')],
  ['a verb of a later version', back('sung', 'song', '100', '1', 'OK', '', '')],
  ['a list that the dialplan does not know', back('gathered', 'pin', '100', '1', 'UNKNOWN', '', '')],
  ['a call that ended without verbs', over('')],
  ['a call that ended where ari.conf has no channelvars', { type: 'ChannelDestroyed', channel: { id: '1.1' } }],
  ['another event', { type: 'ChannelDtmfReceived' }],
])('%s: no outcome', (_, event) => {
  expect(eventOutcome(event, '1.1')).toBeUndefined();
});
