import { afterEach, describe, expect, test, vi } from 'vitest';
import { NodeState, type NodeStateCheckpoint, type Observation } from '../../../connector/asterisk/node-state.ts';

afterEach(() => {
  vi.useRealTimers();
});

const CREATED = '2026-11-23T08:24:51.242+0000';
const DIALPLAN = { context: 'default', exten: 'ivr', priority: 2, app_name: 'Stasis', app_data: 'a' };

/** A channel as Asterisk shows it in an event and in its list. */
const channel = (id: string, state = 'Ring', dialplan = DIALPLAN) => ({ id, state, creationtime: CREATED, dialplan });
/** An event at an age of its channel. */
const event = (type: string, ageMs: number, application: string, shown: ReturnType<typeof channel>) => ({
  type,
  timestamp: new Date(Date.parse(CREATED) + ageMs).toISOString(),
  application,
  channel: shown,
});
const start = (id: string, application = 'a', ageMs = 0, dialplan = DIALPLAN) =>
  event('StasisStart', ageMs, application, channel(id, 'Ring', dialplan));
const end = (id: string, application = 'a', ageMs = 0, dialplan = DIALPLAN) =>
  event('StasisEnd', ageMs, application, channel(id, 'Up', dialplan));

/** Gives the state an event of a channel, which shows it or only names it. */
function observe(
  state: NodeState,
  given: { type: string; channel?: { id: string } },
  channelId: string,
  { callId, recovered = false }: { callId?: string; recovered?: boolean } = {},
): Observation {
  const { channel: shown } = given;
  const subject = { channelId, ...(callId !== undefined && { callId }), ...(shown && { channel: shown }) };
  return state.observe(given, subject, { recovered });
}
const ids = (state: NodeState, app: string): string[] => state.inApp(app).map(({ id }) => id);
/** The state as a later process reads it from the journal: a checkpoint in JSON. */
const later = (state: NodeState): NodeState =>
  new NodeState(JSON.parse(JSON.stringify(state.checkpoint())) as NodeStateCheckpoint);

function stateWith(...channels: string[]): NodeState {
  const state = new NodeState();
  for (const id of channels) observe(state, start(id), id, { callId: `call of ${id}` });
  return state;
}

/** The state of a connector that has held the app for an hour. */
function settled(): NodeState {
  const state = new NodeState();
  state.hold(['a', 'b'], Date.now() - 3_600_000);
  return new NodeState({ ...state.checkpoint(), heldSince: Date.now() - 3_600_000 });
}

describe('the state of a node', () => {
  test('keeps the id of each channel’s call', () => {
    const state = stateWith('1.0', '2.0');
    observe(state, { type: 'Dial' }, '1.0', { callId: 'call' });
    observe(state, { type: 'Dial' }, '1.0');
    expect([state.callOf('1.0'), state.callOf('2.0'), state.callOf('3.0')]).toEqual(['call', 'call of 2.0', undefined]);
  });

  test('knows which channels are in which app, as their last event showed them', () => {
    const state = stateWith('1.0', '2.0');
    observe(state, { type: 'ChannelStateChange', channel: channel('1.0', 'Up') }, '1.0');
    expect(state.inApp('a')).toEqual([
      { id: '2.0', snapshot: channel('2.0') },
      { id: '1.0', snapshot: channel('1.0', 'Up') },
    ]);
    observe(state, end('1.0'), '1.0');
    observe(state, { type: 'ChannelDestroyed', channel: channel('2.0') }, '2.0');
    expect(ids(state, 'a')).toEqual([]);
  });

  test('keeps a channel’s snapshot through events that only name the channel, and takes none outside Stasis', () => {
    const state = stateWith('1.0');
    observe(state, { type: 'PlaybackFinished' }, '1.0');
    observe(state, { type: 'ChannelStateChange', channel: channel('3.0') }, '3.0');
    expect(state.inApp('a')).toEqual([{ id: '1.0', snapshot: channel('1.0') }]);
    expect(state.checkpoint().channels.find(([id]) => id === '3.0')?.[1]).not.toHaveProperty('snapshot');
  });

  test('follows a channel that is moved, whether StasisEnd or StasisStart comes first', () => {
    const state = stateWith('1.0', '2.0');
    observe(state, end('1.0', 'a'), '1.0');
    observe(state, start('1.0', 'b'), '1.0');
    observe(state, start('2.0', 'b'), '2.0');
    observe(state, end('2.0', 'a'), '2.0');
    expect([ids(state, 'a'), ids(state, 'b')]).toEqual([[], ['1.0', '2.0']]);
  });

  test('ignores events without a channel', () => {
    const state = new NodeState();
    expect(state.observe({ type: 'DeviceStateChanged' }, {})).toEqual({ isRepeated: false });
    expect(state.checkpoint().channels).toEqual([]);
  });

  test('knows which apps it holds', () => {
    const state = new NodeState();
    state.hold(['a', 'b']);
    state.release(['a']);
    expect([state.holds('a'), state.holds('b'), state.holds('c')]).toEqual([false, true, false]);
  });

  test('adopts and forgets channels of another connector’s events', () => {
    const state = new NodeState();
    state.adopt('1.0', 'a', channel('1.0', 'Up'));
    expect([state.isIn('1.0', 'a'), state.inApp('a')]).toEqual([true, [{ id: '1.0', snapshot: channel('1.0', 'Up') }]]);
    state.forget('1.0');
    state.forget('unknown');
    expect([state.isIn('1.0', 'a'), state.inApp('a')]).toEqual([false, []]);
  });
});

describe('a stay has one id', () => {
  test('in its StasisStart and in its StasisEnd; another channel, app or entry has another', () => {
    const state = settled();
    const { stay } = observe(state, start('1.0'), '1.0');
    expect(observe(state, end('1.0'), '1.0').stay).toBe(stay);
    const others = [
      observe(state, start('2.0'), '2.0'),
      observe(state, start('1.0', 'b'), '1.0'),
      ...[{ context: 'other' }, { exten: '100' }, { priority: 3 }, { app_data: 'a,gathered,7f3a' }].map((changed) =>
        observe(state, start('1.0', 'a', 0, { ...DIALPLAN, ...changed }), '1.0'),
      ),
    ].map((one) => one.stay);
    expect(new Set([stay, ...others]).size).toBe(7);
    expect(stay).toMatch(/^[0-9a-f]{32}$/);
  });

  test('for a connector that received it, for one that rebuilds it, and for one that adopted the channel', () => {
    const received = observe(settled(), start('1.0'), '1.0').stay;
    const rebuilt = observe(new NodeState(), start('1.0', 'a', 90_000), '1.0', { recovered: true }).stay;
    const adopter = new NodeState();
    adopter.adopt('1.0', 'a', channel('1.0', 'Up'));
    expect([rebuilt, observe(adopter, end('1.0', 'a', 95_000), '1.0').stay]).toEqual([received, received]);
    // The connector that received it stood by meanwhile, takes the app back, and rebuilds the end.
    const standby = settled();
    observe(standby, start('1.0'), '1.0');
    expect(observe(standby, end('1.0'), '1.0', { recovered: true }).stay).toBe(received);
  });

  test('for one that adopted the channel, as soon as it knows which id another connector has announced', () => {
    const young = new NodeState();
    young.hold(['a']);
    const stay = observe(young, start('1.0'), '1.0').stay as string;
    const adopter = new NodeState();
    adopter.adopt('1.0', 'a', channel('1.0', 'Up'));
    expect(adopter.hasListed(['a'])).toBe(true);
    adopter.learn([{ channelId: '1.0', app: 'b', stay: 'of another app', snapshot: {} }], true);
    expect(adopter.hasListed(['a'])).toBe(true);
    adopter.learn([{ channelId: '1.0', app: 'a', stay, snapshot: {} }], true);
    expect(adopter.hasListed(['a'])).toBe(false);
    expect(observe(adopter, end('1.0', 'a', 95_000), '1.0').stay).toBe(stay);
  });

  test('and the second entry at the same place of the dialplan another one', () => {
    const state = settled();
    const stays = [1, 2, 3].map((round) => {
      const { stay } = observe(state, start('1.0', 'a', round), '1.0');
      expect(observe(state, end('1.0', 'a', round), '1.0').stay).toBe(stay);
      return stay;
    });
    expect(stays).toEqual([stays[0], `${stays[0]}-2`, `${stays[0]}-3`]);
    // Also where the end was lost in a gap.
    observe(state, start('1.0'), '1.0');
    expect(observe(state, start('1.0'), '1.0').stay).toBe(`${stays[0]}-5`);
    expect(observe(later(state), start('1.0'), '1.0').stay).toBe(`${stays[0]}-6`);
  });

  test('of its own where the channel may have been in the app before this connector held it', () => {
    const fresh = settled();
    const first = observe(fresh, start('1.0'), '1.0').stay;
    const young = new NodeState();
    young.hold(['a']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    // Created 58 s ago, and 54 s ago: events may be read some seconds late.
    expect(observe(young, start('1.0', 'a', 58_000), '1.0').stay).toBe(`${first}-${Date.parse(CREATED) + 58_000}`);
    expect(observe(young, start('2.0', 'a', 54_000), '2.0').stay).toMatch(/^[0-9a-f]{32}$/);
    // Old enough to have been forgotten.
    expect(observe(fresh, start('3.0', 'a', 601_000), '3.0').stay).toMatch(/-\d{13}$/);
  });

  test('whose StasisEnd comes without a StasisStart', () => {
    const state = settled();
    const { stay } = observe(state, end('1.0', 'a', 10), '1.0');
    expect(stay).toBe(observe(settled(), start('1.0'), '1.0').stay);
    observe(state, start('1.0', 'b'), '1.0');
    expect(observe(state, end('1.0', 'a', 20), '1.0').stay).toBe(`${stay}-2`);
    expect(state.isIn('1.0', 'b')).toBe(true);
  });
});

describe('after a StasisStart that was rebuilt', () => {
  const rebuilt = (): NodeState => {
    const state = settled();
    observe(state, start('1.0'), '1.0', { recovered: true });
    return state;
  };

  test('Asterisk’s own is a second start, once', () => {
    const state = rebuilt();
    const own = observe(state, start('1.0'), '1.0');
    expect(own.isRepeated).toBe(true);
    const next = observe(state, start('1.0'), '1.0');
    expect([next.isRepeated, next.stay]).toEqual([false, `${own.stay}-2`]);
  });

  test('the StasisStart of another app or channel, or after a StasisEnd, is not a second start', () => {
    expect(observe(rebuilt(), start('1.0', 'b'), '1.0').isRepeated).toBe(false);
    expect(observe(rebuilt(), start('2.0'), '2.0').isRepeated).toBe(false);
    const state = rebuilt();
    expect(observe(state, end('1.0'), '1.0').isRepeated).toBe(false);
    expect(observe(state, start('1.0'), '1.0').isRepeated).toBe(false);
  });
});

test('Asterisk’s own StasisStart after the channel was adopted is forwarded, with the id of the stay', () => {
  const state = new NodeState();
  state.adopt('1.0', 'a', channel('1.0', 'Up'));
  const id = observe(settled(), start('1.0'), '1.0').stay;
  expect(observe(state, start('1.0'), '1.0')).toEqual({ stay: id, isRepeated: false });
  expect(observe(state, end('1.0'), '1.0')).toEqual({ stay: id, isRepeated: false });
});

describe('after a StasisEnd that was rebuilt', () => {
  test('Asterisk’s own is a second end, for that app, until the channel enters again', () => {
    const state = stateWith('1.0');
    observe(state, end('1.0'), '1.0', { recovered: true });
    expect(observe(later(state), end('1.0', 'b'), '1.0').isRepeated).toBe(false);
    expect(observe(later(state), end('1.0'), '1.0').isRepeated).toBe(true);
    observe(state, start('1.0'), '1.0');
    expect(observe(state, end('1.0'), '1.0').isRepeated).toBe(false);
  });

  test('Asterisk’s own is a second end also where the channel’s next StasisStart was rebuilt', () => {
    const state = stateWith('1.0');
    observe(state, end('1.0'), '1.0', { recovered: true });
    observe(state, start('1.0', 'b'), '1.0', { recovered: true });
    expect(observe(state, start('1.0', 'b'), '1.0').isRepeated).toBe(true);
    expect(observe(state, end('1.0'), '1.0').isRepeated).toBe(true);
    expect(ids(state, 'b')).toEqual(['1.0']);
  });
});

describe('a later process', () => {
  test('has the same state', () => {
    const state = stateWith('1.0', '2.0');
    observe(state, start('2.0', 'b'), '2.0', { recovered: true });
    state.hold(['a']);
    state.gaps.heard(['a'], 1795422291242);
    state.gaps.begin(['a', 'b'], 'network');
    state.startupTime = 'then';
    const found = later(state);
    expect(found.checkpoint()).toEqual(state.checkpoint());
    expect([found.callOf('1.0'), found.isIn('1.0', 'a'), found.holds('a')]).toEqual(['call of 1.0', true, true]);
    expect(observe(found, start('2.0', 'b'), '2.0').isRepeated).toBe(true);
    expect([found.gaps.from(['a']), found.gaps.from(['a', 'b']), found.startupTime]).toEqual([
      1795422291242,
      undefined,
      'then',
    ]);
  });

  test('has an empty state where there was no earlier process, and no channels of an earlier version', () => {
    expect(new NodeState().checkpoint()).toMatchObject({ channels: [], held: [], gaps: { heardAt: [], open: [] } });
    const old = { ...new NodeState().checkpoint(), channels: [['1.0', { app: 'a', sequence: 1 }]], gaps: undefined };
    expect(new NodeState(old as never).checkpoint()).toMatchObject({ channels: [], gaps: { heardAt: [] } });
  });

  test('uses the id that an earlier process gave to a stay', () => {
    const state = new NodeState();
    const subject = { channelId: '1.0', channel: channel('1.0') };
    state.observe(start('1.0'), subject, { recovered: false, stay: 'abc-2' });
    expect(observe(state, end('1.0'), '1.0').stay).toBe('abc-2');
  });

  test('does not get channels that ended more than ten minutes before the checkpoint', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const state = stateWith('ended', 'lives');
    observe(state, end('ended'), 'ended');
    const known = () =>
      later(state)
        .checkpoint()
        .channels.map(([id]) => id);
    vi.setSystemTime(Date.now() + 9 * 60_000);
    expect(known().toSorted()).toEqual(['ended', 'lives']);
    vi.setSystemTime(Date.now() + 2 * 60_000);
    expect(known()).toEqual(['lives']);
  });
});

test('the state has at most 50,000 channels: the channel longest without an event is forgotten first', () => {
  const state = new NodeState();
  const see = (id: string) => observe(state, { type: 'Dial' }, id, { callId: id });
  see('old');
  see('kept');
  for (let i = 0; i < 49_999; i++) {
    see(String(i));
    see('kept');
  }
  expect([state.callOf('kept'), state.callOf('old')]).toEqual(['kept', undefined]);
  expect(state.checkpoint().channels).toHaveLength(50_000);
});

test('a channel that is in Stasis is not forgotten, however long it is silent and however many channels come and go', () => {
  const state = stateWith('conference-member');
  for (let i = 0; i < 120_000; i++) {
    observe(state, start(`${i}`), `${i}`);
    observe(state, end(`${i}`), `${i}`);
  }
  expect(state.isIn('conference-member', 'a')).toBe(true);
  expect(state.checkpoint().channels).toHaveLength(50_000);
});

test('where more than 50,000 channels are in Stasis, all are kept', () => {
  const state = new NodeState();
  for (let i = 0; i < 50_100; i++) observe(state, start(`${i}`), `${i}`);
  expect(state.inApp('a')).toHaveLength(50_100);
  for (let i = 0; i < 50_100; i++) observe(state, end(`${i}`), `${i}`);
  expect(state.checkpoint().channels.length).toBeLessThanOrEqual(50_100);
});
