import { expect, test } from 'vitest';
import type { StasisStart } from '../../../lib/ari/generated/model.ts';
import { type AriPattern, ariPattern } from '../../../lib/events/ari-pattern.ts';
import { type EventPattern, matches } from '../../../lib/events/pattern/index.ts';
import { ariEvents } from '../../fixtures/ari-events.ts';

/** A StasisStart of a real Asterisk as it lies on the bus, with something of its own. */
function onTheBus(change: { args?: string[]; channel?: object } = {}) {
  const event: StasisStart = ariEvents.StasisStart;
  const { args = event.args, channel = {} } = change;
  const detail = { ...event, args, channel: { ...event.channel, ...channel }, metadata: { node: 'pbx-1' } };
  return { source: 'asterisk.ari', 'detail-type': event.type, detail };
}

function routes(pattern: AriPattern, event: object): boolean {
  return matches(pattern as unknown as EventPattern, event);
}

test('a pattern has the source and only the given fields', () => {
  expect(ariPattern({})).toEqual({ source: ['asterisk.ari'] });
  expect(ariPattern({ type: 'StasisStart', application: 'Intro-IVR', node: ['pbx-1', 'pbx-2'] })).toEqual({
    source: ['asterisk.ari'],
    'detail-type': ['StasisStart'],
    detail: { application: ['Intro-IVR'], metadata: { node: ['pbx-1', 'pbx-2'] } },
  });
});

test('matches outcomes of verbs', () => {
  const failed = ariPattern({ outcome: { kind: 'dialled', outcome: ['busy', 'noanswer'] }, node: 'pbx-1' });
  expect(failed).toEqual({
    source: ['asterisk.ari'],
    detail: { metadata: { node: ['pbx-1'], outcome: { kind: ['dialled'], outcome: ['busy', 'noanswer'] } } },
  });
  // @ts-expect-error: no verb has such an outcome
  ariPattern({ outcome: { outcome: 'bored' } });
});

test('arguments are found anywhere in the list, any of several', () => {
  const sales = ariPattern({ type: 'StasisStart', args: 'sales' });
  expect(sales.detail).toEqual({ args: ['sales'] });
  expect(routes(sales, onTheBus({ args: ['sales'] }))).toBe(true);
  expect(routes(sales, onTheBus({ args: ['berlin', 'sales'] }))).toBe(true);
  expect(routes(sales, onTheBus({ args: ['sales-berlin'] }))).toBe(false);
  expect(routes(sales, onTheBus({ args: [] }))).toBe(false);
  const either = ariPattern({ type: 'StasisStart', args: ['sales', { prefix: 'sales-' }] });
  expect(routes(either, onTheBus({ args: ['sales-berlin'] }))).toBe(true);
});

test('fields of the channel are asked for in the shape of ARI, and all must match', () => {
  const pattern = ariPattern({
    type: 'StasisStart',
    channel: { dialplan: { context: 'default', exten: ['100', '200'] }, caller: { number: { prefix: '+49' } } },
  });
  expect(pattern.detail).toEqual({
    channel: { dialplan: { context: ['default'], exten: ['100', '200'] }, caller: { number: [{ prefix: '+49' }] } },
  });
  const dialplan = { ...ariEvents.StasisStart.channel.dialplan, context: 'default', exten: '200' };
  const caller = { name: '', number: '+4930123' };
  expect(routes(pattern, onTheBus({ channel: { dialplan, caller } }))).toBe(true);
  expect(routes(pattern, onTheBus({ channel: { dialplan, caller: { ...caller, number: '030123' } } }))).toBe(false);
  expect(routes(pattern, onTheBus({ channel: { dialplan: { ...dialplan, exten: '300' }, caller } }))).toBe(false);
});

test('an empty field is omitted, as EventBridge refuses it', () => {
  const nothing = undefined as unknown as string;
  expect(ariPattern({ type: 'StasisStart', channel: { caller: {} }, application: nothing })).toEqual({
    source: ['asterisk.ari'],
    'detail-type': ['StasisStart'],
  });
});

test('what could never match is refused by the compiler', () => {
  // @ts-expect-error: it is called StasisStart
  expect(ariPattern({ type: 'StasisBegin' })['detail-type']).toEqual(['StasisBegin']);
  // @ts-expect-error: a StasisEnd has no arguments
  ariPattern({ type: ['StasisStart', 'StasisEnd'], args: 'sales' });
  // @ts-expect-error: nor have most of all types
  ariPattern({ args: 'sales' });
  // @ts-expect-error: a playback's events name no channel
  ariPattern({ type: 'PlaybackFinished', channel: { name: 'x' } });
  // @ts-expect-error: channels are Up, never up
  ariPattern({ type: 'StasisStart', channel: { state: 'up' } });
  // @ts-expect-error: it is called exten
  ariPattern({ type: 'StasisStart', channel: { dialplan: { extension: '100' } } });
});

test('what it makes is a pattern that matches', () => {
  const pattern = ariPattern({ type: ['StasisStart', 'StasisEnd'], application: 'Intro-IVR', node: 'pbx-1' });
  const event = {
    source: 'asterisk.ari',
    'detail-type': 'StasisEnd',
    detail: { application: 'Intro-IVR', metadata: { node: 'pbx-1' } },
  };
  expect(matches(pattern, event)).toBe(true);
  expect(matches(pattern, { ...event, 'detail-type': 'ChannelHold' })).toBe(false);
});
