import { afterEach, describe, expect, test, vi } from 'vitest';
import { NodeState, type NodeStateCheckpoint } from '../../connector/node-state.ts';

afterEach(() => {
  vi.useRealTimers();
});

const channel = (id: string, state = 'Ring') => ({ id, state });
const start = (id: string, application = 'a') => ({ type: 'StasisStart', application, channel: channel(id) });
const end = (id: string, application = 'a') => ({ type: 'StasisEnd', application, channel: channel(id) });
const ids = (state: NodeState, app: string): string[] => state.inApp(app).map(({ id }) => id);
/** The state as a later process finds it: by way of the journal, as JSON. */
const later = (state: NodeState): NodeState =>
  new NodeState(JSON.parse(JSON.stringify(state.checkpoint())) as NodeStateCheckpoint);

function stateWith(...channels: string[]): NodeState {
  const state = new NodeState();
  for (const id of channels) state.observe(start(id), id, `call of ${id}`);
  return state;
}

describe('the state of a node', () => {
  test('counts the forwarded events of each channel by itself, and remembers its call', () => {
    const state = new NodeState();
    expect(state.next('1.0')).toEqual({ channelSequence: 1 });
    state.observe({ type: 'Dial' }, '1.0', 'call');
    expect(state.next('1.0')).toEqual({ channelSequence: 2, callId: 'call' });
    expect(state.next('2.0')).toEqual({ channelSequence: 1 });
    state.observe({ type: 'Dial' }, '1.0', undefined);
    expect(state.next('1.0')).toEqual({ channelSequence: 3, callId: 'call' });
  });

  test('knows which channels are in which app, as their last event showed them', () => {
    const state = stateWith('1.0', '2.0');
    state.observe({ type: 'ChannelStateChange', channel: channel('1.0', 'Up') }, '1.0', undefined);
    expect(state.inApp('a')).toEqual([
      { id: '2.0', snapshot: channel('2.0') },
      { id: '1.0', snapshot: channel('1.0', 'Up') },
    ]);
    state.observe(end('1.0'), '1.0', undefined);
    state.observe({ type: 'ChannelDestroyed', channel: channel('2.0') }, '2.0', undefined);
    expect(ids(state, 'a')).toEqual([]);
  });

  test('takes a snapshot from no other channel of the event, and from none outside of Stasis', () => {
    const state = stateWith('1.0');
    state.observe({ type: 'Dial', channel: channel('2.0') }, '1.0', undefined);
    state.observe({ type: 'ChannelStateChange', channel: channel('3.0') }, '3.0', undefined);
    expect(state.inApp('a')).toEqual([{ id: '1.0', snapshot: channel('1.0') }]);
    expect(state.checkpoint().channels.find(([id]) => id === '3.0')?.[1]).not.toHaveProperty('snapshot');
  });

  test('follows a channel that is moved, whichever of the two events comes first', () => {
    const state = stateWith('1.0', '2.0');
    state.observe(end('1.0', 'a'), '1.0', undefined);
    state.observe(start('1.0', 'b'), '1.0', undefined);
    state.observe(start('2.0', 'b'), '2.0', undefined);
    state.observe(end('2.0', 'a'), '2.0', undefined);
    expect([ids(state, 'a'), ids(state, 'b')]).toEqual([[], ['1.0', '2.0']]);
  });

  test('does not concern itself with events of no channel', () => {
    const state = new NodeState();
    state.observe({ type: 'DeviceStateChanged' }, undefined, undefined);
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

describe('after a StasisStart that was rebuilt', () => {
  const rebuilt = (): NodeState => {
    const state = stateWith('1.0');
    state.markRecovered('1.0');
    return state;
  };

  test('Asterisk’s own is a second one, once', () => {
    const state = rebuilt();
    expect(state.isSecondStart(start('1.0'), '1.0')).toBe(true);
    state.observe(start('1.0'), '1.0', undefined);
    expect(state.isSecondStart(start('1.0'), '1.0')).toBe(false);
  });

  test('that of another app, of another channel, or after an end is not', () => {
    const state = rebuilt();
    expect(state.isSecondStart(start('1.0', 'b'), '1.0')).toBe(false);
    expect(state.isSecondStart(start('2.0'), '2.0')).toBe(false);
    expect(state.isSecondStart({ ...start('1.0'), type: 'StasisEnd' }, '1.0')).toBe(false);
    expect(state.isSecondStart(start('1.0'), undefined)).toBe(false);
    state.observe(end('1.0'), '1.0', undefined);
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
    expect(new NodeState().checkpoint()).toEqual({ channels: [], held: [], lastHeardAt: 0 });
  });

  test('takes over the number that an event was given since', () => {
    const state = new NodeState();
    state.resume('1.0', 7);
    expect(state.next('1.0').channelSequence).toBe(8);
  });

  test('is not told of channels that ended long ago, whose late events have come', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const state = stateWith('ended', 'lives');
    state.observe(end('ended'), 'ended', undefined);
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
