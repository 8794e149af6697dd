import { describe, expect, test } from 'vitest';
import { DEFAULT_FILTER, EventFilter } from '../../connector/event-filter.ts';
import { eventTypes } from '../../lib/ari/generated/model.ts';
import type { EventPattern } from '../../lib/events/pattern/index.ts';

const passes = (patterns: readonly EventPattern[], event: { type: string } & Record<string, unknown>): boolean =>
  new EventFilter(patterns).passes({ text: JSON.stringify(event), event }, ['channel/1.0'], 'pbx-1');

describe('the event filter', () => {
  test('forwards by default all but ChannelVarset and ChannelDialplan, types that the model does not know among them', () => {
    const filtered = [...eventTypes, 'FromTheFuture'].filter((type) => !passes(DEFAULT_FILTER, { type }));
    expect(filtered.toSorted()).toEqual(['ChannelDialplan', 'ChannelVarset']);
  });

  test('forwards what any of its patterns matches', () => {
    const patterns = [{ 'detail-type': ['Dial'] }, { detail: { channel: { state: ['Up'] } } }];
    expect(passes(patterns, { type: 'Dial' })).toBe(true);
    expect(passes(patterns, { type: 'StasisStart', channel: { state: 'Up' } })).toBe(true);
    expect(passes(patterns, { type: 'StasisStart', channel: { state: 'Ring' } })).toBe(false);
  });

  test('sees an event as a rule on the bus would: its source, its resources and its node', () => {
    const event = { type: 'Dial' };
    expect(passes([{ source: ['asterisk.ari'] }], event)).toBe(true);
    expect(passes([{ source: ['asterisk.ari.connector'] }], event)).toBe(false);
    expect(passes([{ detail: { metadata: { node: ['pbx-1'] } } }], event)).toBe(true);
    expect(passes([{ detail: { metadata: { node: ['pbx-2'] } } }], event)).toBe(false);
  });

  test('sees the resources as they stand on the bus, below their node', () => {
    expect(passes([{ resources: ['pbx-1/channel/1.0'] }], { type: 'Dial' })).toBe(true);
  });

  test('forwards what cannot be judged: an event too many costs less than one that is missing', () => {
    let digit: unknown = '1';
    for (let i = 0; i < 10_000; i++) digit = [digit];
    const filter = new EventFilter([{ detail: { digit: ['2'] } }]);
    expect(filter.passes({ text: '', event: { type: 'Deep', digit } }, [], 'pbx-1')).toBe(true);
  });

  test('is refused where a pattern holds what the matcher does not know, wherever it stands', () => {
    const unknown = [{ 'sounds-like': 'Dial' }];
    for (const pattern of [
      { 'detail-type': unknown },
      { 'detail-type': ['Dial'], detail: { channel: { id: unknown } } },
    ]) {
      expect(() => new EventFilter([pattern])).toThrow(/sounds-like/);
    }
  });
});

describe('Asterisk need not send', () => {
  const excluded = (patterns: EventPattern[]): string[] => new EventFilter(patterns).excludedTypes();

  test('by default ChannelVarset and ChannelDialplan', () => {
    expect(new EventFilter(DEFAULT_FILTER).excludedTypes().toSorted()).toEqual(['ChannelDialplan', 'ChannelVarset']);
  });

  test('a type of which no pattern takes any', () => {
    const others = eventTypes.filter((type) => type !== 'Dial' && type !== 'StasisEnd');
    expect(excluded([{ 'detail-type': ['Dial'] }, { 'detail-type': ['StasisEnd'] }])).toEqual(others);
  });

  test('no type of which a pattern takes some: what the event holds decides', () => {
    expect(excluded([{ 'detail-type': ['Dial'], detail: { dialstatus: ['ANSWER'] } }])).not.toContain('Dial');
  });

  test('nothing where `$or` may overrule what stands beside it', () => {
    const branches = [{ 'detail-type': ['StasisStart'] }, { 'detail-type': ['StasisEnd'] }];
    expect(excluded([{ 'detail-type': ['Dial'], $or: branches }])).toEqual([]);
  });

  test('nothing where a pattern does not speak of types', () => {
    expect(excluded([{ 'detail-type': ['Dial'] }, { detail: { application: ['Intro-IVR'] } }])).toEqual([]);
  });
});
