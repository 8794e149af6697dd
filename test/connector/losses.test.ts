import { beforeEach, expect, test } from 'vitest';
import { DeadLetters } from '../../connector/dead-letters.ts';
import { Losses } from '../../connector/losses.ts';
import { Metrics } from '../../connector/metrics.ts';
import { createLog } from '../../lib/log.ts';
import { recordOf } from '../support/records.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let announced: [string, object][];
let lines: { message: string; node: string; count?: number }[];
let repeated: string[];
let losses: Losses;

beforeEach(({ onTestFinished }) => {
  announced = [];
  lines = [];
  repeated = [];
  const folder = temporaryFolder();
  const metrics = new Metrics();
  onTestFinished(() => {
    metrics.close();
    folder.remove();
  });
  const log = createLog({}, (line) => lines.push(JSON.parse(line)));
  const deadLetters = new DeadLetters(folder.path, undefined, log);
  losses = new Losses({
    deadLetters,
    metrics,
    log,
    announce: (type, detail) => announced.push([type, detail]),
    repeat: ({ id }) => repeated.push(id),
  });
});

test('a rejected event is announced, rejected news is not: its announcement could be rejected too', () => {
  const rejected = { id: '1', node: 'pbx-1', app: '', type: 'Dial', reason: 'not JSON', content: '{' };
  losses.reject({ kind: 'event', ...rejected });
  losses.reject({ kind: 'news', ...rejected, id: '2' });
  expect(announced).toEqual([['EventRejected', { node: 'pbx-1', id: '1', type: 'Dial', reason: 'not JSON' }]]);
});

test('dropped events are counted by node, logged at the first one, and announced once', () => {
  losses.drop(recordOf('a', '1'), 7);
  losses.drop(recordOf('a', '2'), 7);
  losses.drop(recordOf('a', '3', { node: 'pbx-2' }), 7);
  expect(lines.map(({ node }) => node)).toEqual(['pbx-1', 'pbx-2']);
  losses.announceDropped('pbx-1');
  losses.announceDropped('pbx-1');
  expect(announced).toMatchObject([['EventsDropped', { node: 'pbx-1', count: 2 }]]);
  expect(losses.close()).toBe(1);
  expect(losses.close()).toBe(0);
});

test('news that found no room, as a Gap, is no dropped event: it is announced again when there is room', () => {
  losses.drop(recordOf('news', 'gap', { kind: 'news', type: 'Gap' }), 7);
  losses.drop(recordOf('news', 'other', { kind: 'news', node: 'pbx-2' }), 7);
  losses.announceDropped('pbx-1');
  losses.announceDropped('pbx-1');
  expect(repeated).toEqual(['gap']);
  expect(announced).toEqual([]);
  expect(losses.close()).toBe(1);
});

test('of more than 1000 news that found no room, the others count as dropped', () => {
  for (let i = 0; i < 1003; i++) losses.drop(recordOf('news', `${i}`, { kind: 'news' }), 7);
  losses.announceDropped('pbx-1');
  expect(repeated).toHaveLength(1000);
  expect(announced).toMatchObject([['EventsDropped', { node: 'pbx-1', count: 3 }]]);
});

test('events that the journal cannot read any more are counted and announced with their own reason', () => {
  losses.drop(recordOf('a', '1'), 7);
  losses.lose('pbx-1', 12);
  losses.lose('pbx-1', 3);
  losses.announceDropped('pbx-1');
  expect(announced).toEqual([
    ['EventsDropped', { node: 'pbx-1', count: 1, reason: 'the journal had no room for them' }],
    ['EventsDropped', { node: 'pbx-1', count: 15, reason: 'a file of the journal was damaged, shortened or removed' }],
  ]);
});
