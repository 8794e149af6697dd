import { expect, test } from 'vitest';
import { NodeState } from '../../connector/asterisk/node-state.ts';
import { newsRecord } from '../../connector/news.ts';
import { replay } from '../../connector/replay.ts';
import { busWith } from '../support/bus-with.ts';
import { recordOf } from '../support/records.ts';

const BUS = busWith(async () => []);
const CHANNEL = { id: '1.0', creationtime: '2026-11-25T10:00:00.000+0000' };
const startOf = (metadata: object) => ({
  type: 'StasisStart',
  timestamp: '2026-11-25T10:00:00.100+0000',
  application: 'a',
  channel: CHANNEL,
  metadata: { node: 'pbx-1', ...metadata },
});

test('an event restores the app and the stay of its channel', () => {
  const state = new NodeState();
  const record = { ...recordOf('pbx-1/1.0', 'pbx-1-abc-2-start', { receivedAt: 1795422291242 }), node: 'pbx-1' };
  replay(state, { ...record, app: 'a' }, startOf({ channelId: '1.0' }));
  expect(state.isIn('1.0', 'a')).toBe(true);
  // Asterisk sent it before it was read.
  state.gaps.begin(['a'], 'network');
  expect(state.gaps.from(['a'])).toBe(1795422291242);
  const end = { ...startOf({}), type: 'StasisEnd' };
  expect(state.observe(end, { channelId: '1.0', channel: CHANNEL })).toEqual({ stay: 'abc-2', isRepeated: false });
});

test('after a rebuilt StasisStart, Asterisk’s own is a second one; after a rebuilt StasisEnd too', () => {
  const state = new NodeState();
  const rebuilt = startOf({ channelId: '1.0', recovered: true });
  const subject = { channelId: '1.0', channel: CHANNEL };
  replay(state, recordOf('pbx-1/1.0', '1'), rebuilt);
  expect(state.observe(startOf({}), subject).isRepeated).toBe(true);
  replay(state, recordOf('pbx-1/1.0', '2', { type: 'StasisEnd' }), { ...rebuilt, type: 'StasisEnd' });
  expect(state.observe({ ...startOf({}), type: 'StasisEnd' }, subject).isRepeated).toBe(true);
});

test('NodeConnected holds its apps, StandingDown releases its app', () => {
  const state = new NodeState();
  const connected = newsRecord(BUS, 'NodeConnected', { node: 'pbx-1', apps: ['a', 'b'], connection: 'c' });
  replay(state, connected, BUS.detailOf(connected.entry));
  expect([state.holds('a'), state.holds('b')]).toEqual([true, true]);
  const standing = newsRecord(BUS, 'StandingDown', { node: 'pbx-1', app: 'a', connection: 'c' });
  replay(state, standing, BUS.detailOf(standing.entry));
  expect([state.holds('a'), state.holds('b')]).toEqual([false, true]);
});

test('an event of Asterisk with the type of connector news is replayed as an event', () => {
  const state = new NodeState();
  state.hold(['a']);
  const record = recordOf('pbx-1', '1', { type: 'StandingDown' });
  replay(state, record, { type: 'StandingDown', app: 'a', metadata: {} });
  expect(state.holds('a')).toBe(true);
});

test('after a gap that was announced late, the app is heard since the end of the gap', () => {
  const state = new NodeState();
  const connected = newsRecord(BUS, 'NodeConnected', { node: 'pbx-1', apps: ['a'], connection: 'c' });
  replay(state, connected, BUS.detailOf(connected.entry));
  const to = '2026-11-25T10:00:00.000Z';
  const gap = newsRecord(BUS, 'Gap', { node: 'pbx-1', apps: ['a'], connection: 'c', to, cause: 'network' });
  expect(gap.receivedAt).toBeGreaterThan(Date.parse(to));
  replay(state, gap, BUS.detailOf(gap.entry));
  state.gaps.begin(['a'], 'connector-restarted');
  expect(state.gaps.from(['a'])).toBe(Date.parse(to));
});
