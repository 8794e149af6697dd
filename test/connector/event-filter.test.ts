import { describe, expect, test } from 'vitest';
import { DEFAULT_FILTER, EventFilter } from '../../connector/event-filter.ts';
import { eventTypes } from '../../lib/ari/generated/model.ts';
import type { EventPattern } from '../../lib/events/pattern/index.ts';

const passes = (patterns: readonly EventPattern[], event: { type: string } & Record<string, unknown>): boolean =>
  new EventFilter(patterns).passes({ text: JSON.stringify(event), event }, ['channel/1.0'], 'pbx-1');

describe('the event filter', () => {
  test('forwards by default every type except ChannelVarset and ChannelDialplan, unknown types too', () => {
    const filtered = [...eventTypes, 'FromTheFuture'].filter((type) => !passes(DEFAULT_FILTER, { type }));
    expect(filtered.toSorted()).toEqual(['ChannelDialplan', 'ChannelVarset']);
  });

  test('forwards an event that any of its patterns matches', () => {
    const patterns = [{ 'detail-type': ['Dial'] }, { detail: { channel: { state: ['Up'] } } }];
    expect(passes(patterns, { type: 'Dial' })).toBe(true);
    expect(passes(patterns, { type: 'StasisStart', channel: { state: 'Up' } })).toBe(true);
    expect(passes(patterns, { type: 'StasisStart', channel: { state: 'Ring' } })).toBe(false);
  });

  test('decides each event for itself, also another one of a type that it has seen', () => {
    const filter = new EventFilter([{ 'detail-type': ['Dial'] }, { detail: { channel: { state: ['Up'] } } }]);
    const states = ['Up', 'Ring', 'Up'].map((state) => {
      const event = { type: 'StasisStart', channel: { state } };
      return filter.passes({ text: JSON.stringify(event), event }, [], 'pbx-1');
    });
    expect(states).toEqual([true, false, true]);
    const byType = new EventFilter(DEFAULT_FILTER);
    const types = ['Dial', 'ChannelVarset', 'Dial', 'ChannelVarset'].map((type) =>
      byType.passes({ text: JSON.stringify({ type }), event: { type } }, [], 'pbx-1'),
    );
    expect(types).toEqual([true, false, true, false]);
  });

  test.each([
    ['detail_type', { detail_type: ['Dial'] }],
    ['type', { type: ['Dial'], source: ['asterisk.ari'] }],
    ['account', { account: ['123456789012'] }],
    ['details', { $or: [{ 'detail-type': ['Dial'] }, { details: { type: ['Dial'] } }] }],
  ])('refuses the field %s, which no event has: it would drop every event', (field, pattern) => {
    expect(() => new EventFilter([{ 'detail-type': ['Dial'] }, pattern])).toThrow(
      `"${field}" is not a field that the filter can read: expected source, detail-type, resources or detail`,
    );
  });

  test('accepts $or with the fields that events have', () => {
    expect(passes([{ $or: [{ 'detail-type': ['Dial'] }, { source: ['x'] }] }], { type: 'Dial' })).toBe(true);
  });

  test('matches the source and the node of an event as a rule on the bus does', () => {
    const event = { type: 'Dial' };
    expect(passes([{ source: ['asterisk.ari'] }], event)).toBe(true);
    expect(passes([{ source: ['asterisk.ari.connector'] }], event)).toBe(false);
    expect(passes([{ detail: { metadata: { node: ['pbx-1'] } } }], event)).toBe(true);
    expect(passes([{ detail: { metadata: { node: ['pbx-2'] } } }], event)).toBe(false);
  });

  test('matches the resources of an event as a rule on the bus does, with their node', () => {
    expect(passes([{ resources: ['pbx-1/channel/1.0'] }], { type: 'Dial' })).toBe(true);
  });

  test('forwards an event that cannot be matched: one event too many is better than a missing one', () => {
    let digit: unknown = '1';
    for (let i = 0; i < 10_000; i++) digit = [digit];
    const filter = new EventFilter([{ detail: { digit: ['2'] } }]);
    expect(filter.passes({ text: '', event: { type: 'Deep', digit } }, [], 'pbx-1')).toBe(true);
  });

  test('refuses a pattern with an unknown operator, anywhere in it', () => {
    const unknown = [{ 'sounds-like': 'Dial' }];
    for (const pattern of [
      { 'detail-type': unknown },
      { 'detail-type': ['Dial'], detail: { channel: { id: unknown } } },
    ]) {
      expect(() => new EventFilter([pattern])).toThrow(/sounds-like/);
    }
  });
});

describe('the types that Asterisk need not send are', () => {
  const excluded = (patterns: EventPattern[]): string[] => new EventFilter(patterns).excludedTypes();

  test('ChannelVarset and ChannelDialplan by default', () => {
    expect(new EventFilter(DEFAULT_FILTER).excludedTypes().toSorted()).toEqual(['ChannelDialplan', 'ChannelVarset']);
  });

  test('a type that no pattern matches', () => {
    const others = eventTypes.filter((type) => type !== 'Dial' && type !== 'StasisEnd');
    expect(excluded([{ 'detail-type': ['Dial'] }, { 'detail-type': ['StasisEnd'] }])).toEqual(others);
  });

  test('not a type of which a pattern matches some events, depending on their fields', () => {
    expect(excluded([{ 'detail-type': ['Dial'], detail: { dialstatus: ['ANSWER'] } }])).not.toContain('Dial');
  });

  test('no type at all where a pattern has `$or`, as the type alone does not decide', () => {
    const branches = [{ 'detail-type': ['StasisStart'] }, { 'detail-type': ['StasisEnd'] }];
    expect(excluded([{ 'detail-type': ['Dial'], $or: branches }])).toEqual([]);
  });

  test('no type at all where a pattern does not name types', () => {
    expect(excluded([{ 'detail-type': ['Dial'] }, { detail: { application: ['Intro-IVR'] } }])).toEqual([]);
  });
});
