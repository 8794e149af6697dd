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
/** The state as a later process finds it: by way of the journal, as JSON. */
const later = (state: NodeState): NodeState =>
  new NodeState(JSON.parse(JSON.stringify(state.checkpoint())) as NodeStateCheckpoint);

function stateWith(...channels: string[]): NodeState {
  const state = new NodeState();
  for (const id of channels) observe(state, start(id), id, `call of ${id}`);
  return state;
}

describe('the state of a node', () => {
  test('counts the forwarded events of each channel by itself, and remembers its call', () => {
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

  test('keeps its snapshot through events that only name it, and takes none outside of Stasis', () => {
    const state = stateWith('1.0');
    observe(state, { type: 'PlaybackFinished' }, '1.0');
    observe(state, { type: 'ChannelStateChange', channel: channel('3.0') }, '3.0');
    expect(state.inApp('a')).toEqual([{ id: '1.0', snapshot: channel('1.0') }]);
    expect(state.checkpoint().channels.find(([id]) => id === '3.0')?.[1]).not.toHaveProperty('snapshot');
  });

  test('follows a channel that is moved, whichever of the two events comes first', () => {
    const state = stateWith('1.0', '2.0');
    observe(state, end('1.0', 'a'), '1.0');
    observe(state, start('1.0', 'b'), '1.0');
    observe(state, start('2.0', 'b'), '2.0');
    observe(state, end('2.0', 'a'), '2.0');
    expect([ids(state, 'a'), ids(state, 'b')]).toEqual([[], ['1.0', '2.0']]);
  });

  test('does not concern itself with events of no channel', () => {
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

  test('adopts and forgets what another connector has told of, and its count stays', () => {
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
  const aheadOfAll = expect.closeTo(Date.now() * 1000, -10);

  test('begin with 1 where it was created after the app became ours', async () => {
    const state = new NodeState();
    state.hold(['a']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5000 });
    expect(numberOf(state, start('1.0', 'a', 3000))).toBe(1);
    expect(numberOf(state, start('2.0', 'a', 7000), '2.0')).toEqual(aheadOfAll);
  });

  test('go on while the connection comes and goes', () => {
    const state = new NodeState();
    state.hold(['a']);
    expect(numberOf(state, start('1.0'))).toBe(1);
    state.hold(['a']);
    expect(numberOf(state, start('1.0'))).toBe(2);
    expect(numberOf(later(state), start('1.0'))).toBe(3);
  });

  test('go on ahead of those that another connector may have given meanwhile', () => {
    const state = new NodeState();
    state.hold(['a', 'b']);
    numberOf(state, start('1.0'));
    numberOf(state, start('2.0', 'b'), '2.0');
    state.release(['a']);
    // The other one takes over from us, and we from it.
    const other = new NodeState();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1000 });
    other.hold(['a']);
    const theirs = numberOf(other, start('1.0', 'a', 1500));
    expect(theirs).toEqual(aheadOfAll);
    expect(numberOf(other, start('1.0', 'a', 1600))).toBe(theirs + 1);
    vi.setSystemTime(Date.now() + 1000);
    state.hold(['a']);
    expect(numberOf(state, start('1.0', 'a', 2500))).toBeGreaterThan(theirs + 1);
    expect(numberOf(state, start('2.0', 'b', 2500), '2.0')).toBe(2);
  });

  test('are ahead where the channel is old enough to have been forgotten, or the event does not show it', () => {
    const state = new NodeState();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3600_000 });
    expect(numberOf(state, start('1.0', 'a', 9 * 60_000))).toBe(1);
    expect(numberOf(state, start('2.0', 'a', 11 * 60_000), '2.0')).toEqual(aheadOfAll);
    expect(numberOf(state, { type: 'PlaybackFinished' }, '3.0')).toEqual(aheadOfAll);
  });
});

describe('after a StasisStart that was rebuilt', () => {
  const rebuilt = (): NodeState => {
    const state = stateWith('1.0');
    state.markRecovered('1.0');
    return state;
  };

  test('Asterisk’s own is a second one, once', () => {
    const state = rebuilt();
    expect(state.isSecondStart(start('1.0'), '1.0')).toBe(true);
    observe(state, start('1.0'), '1.0');
    expect(state.isSecondStart(start('1.0'), '1.0')).toBe(false);
  });

  test('that of another app, of another channel, or after an end is not', () => {
    const state = rebuilt();
    expect(state.isSecondStart(start('1.0', 'b'), '1.0')).toBe(false);
    expect(state.isSecondStart(start('2.0'), '2.0')).toBe(false);
    expect(state.isSecondStart({ ...start('1.0'), type: 'StasisEnd' }, '1.0')).toBe(false);
    expect(state.isSecondStart(start('1.0'), undefined)).toBe(false);
    observe(state, end('1.0'), '1.0');
    expect(state.isSecondStart(start('1.0'), '1.0')).toBe(false);
  });
});

describe('a later process', () => {
  test('finds the state as it was', () => {
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
    expect([found.isIn('1.0', 'a'), found.holds('a'), found.isSecondStart(start('2.0'), '2.0')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([found.lastHeardAt, found.startupTime]).toEqual([1795422291242, 'then']);
  });

  test('has heard of nothing where there was none before it', () => {
    expect(new NodeState().checkpoint()).toMatchObject({ channels: [], held: [], lastHeardAt: 0 });
  });

  test('takes over the number that an event was given since', () => {
    const state = new NodeState();
    state.resume('1.0', 7);
    expect(state.next('1.0').channelSequence).toBe(8);
  });

  test('is not told of channels that ended long ago, whose late events have come', () => {
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

test('the state is bounded: the channel longest without an event is forgotten first', () => {
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
