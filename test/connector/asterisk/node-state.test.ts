import { afterEach, describe, expect, test, vi } from 'vitest';
import { NodeState, type NodeStateCheckpoint } from '../../../connector/asterisk/node-state.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A channel that was created just now, by Asterisk's clock. */
const channel = (id: string, state = 'Ring') => ({ id, state, creationtime: '2026-11-23T08:24:51.242+0000' });
const start = (id: string, application = 'a', ageMs = 0) => ({
  type: 'StasisStart',
  timestamp: new Date(Date.parse('2026-11-23T08:24:51.242Z') + ageMs).toISOString(),
  application,
  channel: channel(id),
});
const end = (id: string, application = 'a') => ({ type: 'StasisEnd', application, channel: channel(id) });
/** An event of a channel, which shows it or only names it. */
function observe(
  state: NodeState,
  event: { type: string; channel?: { id: string } },
  channelId: string,
  callId?: string,
): void {
  const { channel: shown } = event;
  state.observe(event, { channelId, ...(callId !== undefined && { callId }), ...(shown && { channel: shown }) });
}
const ids = (state: NodeState, app: string): string[] => state.inApp(app).map(({ id }) => id);
/** The state as a later process reads it from the journal: a checkpoint in JSON. */
const later = (state: NodeState): NodeState =>
  new NodeState(JSON.parse(JSON.stringify(state.checkpoint())) as NodeStateCheckpoint);

function stateWith(...channels: string[]): NodeState {
  const state = new NodeState();
  for (const id of channels) observe(state, start(id), id, `call of ${id}`);
  return state;
}

describe('the state of a node', () => {
  test('numbers the forwarded events of each channel separately, and keeps the id of its call', () => {
    const state = stateWith('1.0', '2.0');
    observe(state, { type: 'Dial' }, '1.0', 'call');
    expect(state.next('1.0')).toEqual({ channelSequence: 1, callId: 'call' });
    observe(state, { type: 'Dial' }, '1.0', 'call');
    expect(state.next('1.0')).toEqual({ channelSequence: 2, callId: 'call' });
    expect(state.next('2.0')).toEqual({ channelSequence: 1, callId: 'call of 2.0' });
    observe(state, { type: 'Dial' }, '1.0');
    expect(state.next('1.0')).toEqual({ channelSequence: 3, callId: 'call' });
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
    state.observe({ type: 'DeviceStateChanged' }, {});
    expect(state.checkpoint().channels).toEqual([]);
  });

  test('knows which apps it holds', () => {
    const state = new NodeState();
    state.hold(['a', 'b']);
    state.release(['a']);
    expect([state.holds('a'), state.holds('b'), state.holds('c')]).toEqual([false, true, false]);
  });

  test('adopts and forgets channels of another connector’s events, and keeps their numbers', () => {
    const state = new NodeState();
    state.adopt('1.0', 'a', channel('1.0', 'Up'));
    expect([state.isIn('1.0', 'a'), state.inApp('a')]).toEqual([true, [{ id: '1.0', snapshot: channel('1.0', 'Up') }]]);
    state.next('1.0');
    state.forget('1.0');
    state.forget('unknown');
    expect([state.isIn('1.0', 'a'), state.next('1.0').channelSequence]).toEqual([false, 2]);
  });
});

describe('the numbers of a channel', () => {
  /** The number of an event that shows the channel at an age. */
  const numberOf = (state: NodeState, event: Parameters<typeof observe>[1], id = '1.0'): number => {
    observe(state, event, id);
    return state.next(id).channelSequence;
  };
  const aboveAll = expect.closeTo(Date.now() * 1000, -10);

  test('begin with 1 where the channel was created after this connector took the app', async () => {
    const state = new NodeState();
    state.hold(['a']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 });
    expect(numberOf(state, start('1.0', 'a', 3000))).toBe(1);
    expect(numberOf(state, start('2.0', 'a', 7000), '2.0')).toEqual(aboveAll);
  });

  test('continue over reconnections and restarts', () => {
    const state = new NodeState();
    state.hold(['a']);
    expect(numberOf(state, start('1.0'))).toBe(1);
    state.hold(['a']);
    expect(numberOf(state, start('1.0'))).toBe(2);
    expect(numberOf(later(state), start('1.0'))).toBe(3);
  });

  test('continue above those that another connector may have given meanwhile', () => {
    const state = new NodeState();
    state.hold(['a', 'b']);
    numberOf(state, start('1.0'));
    numberOf(state, start('2.0', 'b'), '2.0');
    state.release(['a']);
    // The other connector takes over the app, then the first one takes it back.
    const other = new NodeState();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
    other.hold(['a']);
    const theirs = numberOf(other, start('1.0', 'a', 1500));
    expect(theirs).toEqual(aboveAll);
    expect(numberOf(other, start('1.0', 'a', 1600))).toBe(theirs + 1);
    vi.setSystemTime(Date.now() + 1000);
    state.hold(['a']);
    expect(numberOf(state, start('1.0', 'a', 2500))).toBeGreaterThan(theirs + 1);
    expect(numberOf(state, start('2.0', 'b', 2500), '2.0')).toBe(2);
  });

  test('begin above all others where the channel may have been forgotten, or its event does not contain it', () => {
    const state = new NodeState();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3600_000 });
    expect(numberOf(state, start('1.0', 'a', 9 * 60_000))).toBe(1);
    expect(numberOf(state, start('2.0', 'a', 11 * 60_000), '2.0')).toEqual(aboveAll);
    expect(numberOf(state, { type: 'PlaybackFinished' }, '3.0')).toEqual(aboveAll);
  });
});

describe('after a StasisStart that was rebuilt', () => {
  const rebuilt = (): NodeState => {
    const state = stateWith('1.0');
    state.markRecovered('1.0');
    return state;
  };

  test('Asterisk’s own is a second start, once', () => {
    const state = rebuilt();
    expect(state.isRepeated(start('1.0'), '1.0')).toBe(true);
    observe(state, start('1.0'), '1.0');
    expect(state.isRepeated(start('1.0'), '1.0')).toBe(false);
  });

  test('the StasisStart of another app or channel, or after a StasisEnd, is not a second start', () => {
    const state = rebuilt();
    expect(state.isRepeated(start('1.0', 'b'), '1.0')).toBe(false);
    expect(state.isRepeated(start('2.0'), '2.0')).toBe(false);
    expect(state.isRepeated({ ...start('1.0'), type: 'StasisEnd' }, '1.0')).toBe(false);
    expect(state.isRepeated(start('1.0'), undefined)).toBe(false);
    observe(state, end('1.0'), '1.0');
    expect(state.isRepeated(start('1.0'), '1.0')).toBe(false);
  });
});

describe('after a StasisEnd that was rebuilt', () => {
  test('Asterisk’s own is a second end, for that app, until the channel enters again', () => {
    const state = stateWith('1.0');
    observe(state, end('1.0'), '1.0');
    expect(state.isRepeated(end('1.0'), '1.0')).toBe(false);
    state.markEndRecovered('1.0', 'a');
    expect(state.isRepeated(end('1.0'), '1.0')).toBe(true);
    expect(state.isRepeated({ ...end('1.0'), application: 'b' }, '1.0')).toBe(false);
    expect(new NodeState(state.checkpoint()).isRepeated(end('1.0'), '1.0')).toBe(true);
    observe(state, start('1.0'), '1.0');
    expect(state.isRepeated(end('1.0'), '1.0')).toBe(false);
  });
});

describe('a later process', () => {
  test('has the same state', () => {
    const state = stateWith('1.0', '2.0');
    state.next('1.0');
    state.next('1.0');
    state.markRecovered('2.0');
    state.hold(['a']);
    state.lastHeardAt = 1795422291242;
    state.startupTime = 'then';
    const found = later(state);
    expect(found.checkpoint()).toEqual(state.checkpoint());
    expect(found.next('1.0')).toEqual({ channelSequence: 3, callId: 'call of 1.0' });
    expect([found.isIn('1.0', 'a'), found.holds('a'), found.isRepeated(start('2.0'), '2.0')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([found.lastHeardAt, found.startupTime]).toEqual([1795422291242, 'then']);
  });

  test('has an empty state where there was no earlier process', () => {
    expect(new NodeState().checkpoint()).toMatchObject({ channels: [], held: [], lastHeardAt: 0 });
  });

  test('continues the numbers of events that were forwarded after the checkpoint', () => {
    const state = new NodeState();
    state.resume('1.0', 7);
    expect(state.next('1.0').channelSequence).toBe(8);
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
  state.next('old');
  state.next('kept');
  for (let i = 0; i < 49_999; i++) {
    state.next(String(i));
    state.next('kept');
  }
  expect(state.next('kept').channelSequence).toBe(50_001);
  expect(state.next('old')).toEqual({ channelSequence: 1 });
  expect(state.checkpoint().channels).toHaveLength(50_000);
});
