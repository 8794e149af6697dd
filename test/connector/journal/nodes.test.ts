import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Arrival, Journal, type JournalOptions } from '../../../connector/journal/journal.ts';
import type { JournalRecord } from '../../../connector/journal/record.ts';
import { createLog } from '../../../lib/log.ts';
import { recordOf } from '../../support/records.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const NODES = ['noisy', 'quiet'];

function journalOn(folder: string, options: Partial<JournalOptions> = {}) {
  const given: JournalRecord[] = [];
  const arrivals = new Map<string, Arrival>();
  const dropped: string[] = [];
  const lost: string[] = [];
  const journal = new Journal({
    folder,
    nodes: NODES,
    maxBytes: 1e6,
    windowBytes: 1e6,
    log: createLog({}, () => {}),
    checkpoint: () => undefined,
    onRecord: (record, arrival) => {
      given.push(record);
      arrivals.set(record.id, arrival);
    },
    onDropped: ({ id }) => dropped.push(id),
    onLost: (node, count) => lost.push(`${count} of ${node}`),
    noteRecords: 1,
    ...options,
  });
  const history = journal.open();
  const idsOf = (node: string): string[] => given.filter((record) => record.node === node).map(({ id }) => id);
  return { journal, history, given, arrivals, dropped, lost, idsOf };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ids = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${100 + i}`);
/** Each is of a channel of its own. */
const record = (node: string, id: string) => recordOf(`${node}/${id}`, id, { node, filler: 200 });
const LINE = record('noisy', 'noisy-100').line.length;

async function appendAll(journal: Journal, node: string, all: string[]): Promise<void> {
  for (const id of all) {
    journal.append(record(node, id));
    await turn();
  }
}

describe('beside a node with more events than the bus takes, another node', () => {
  test('has room in memory: its events are live, in the turn in which they are read', async () => {
    const { journal, given, arrivals, idsOf } = journalOn(folderOfTest(), { windowBytes: 50 * LINE });
    await appendAll(journal, 'noisy', ids('noisy', 200));
    const inMemory = idsOf('noisy').length;
    expect(inMemory).toBeGreaterThanOrEqual(35);
    // The bus takes some of the noisy node's, and its backlog takes their place.
    for (const one of given.slice(0, 30)) journal.settle(one);
    await turn();
    await appendAll(journal, 'quiet', ids('quiet', 5));
    expect(idsOf('quiet')).toEqual(ids('quiet', 5));
    expect(ids('quiet', 5).map((id) => arrivals.get(id))).toEqual(Array(5).fill('live'));
    expect(journal.depth).toBe(200 - 30 + 5);
  });

  test('has room in memory also where the bus has taken nothing of the noisy node yet', async () => {
    const { journal, arrivals } = journalOn(folderOfTest(), { windowBytes: 50 * LINE });
    await appendAll(journal, 'noisy', ids('noisy', 200));
    await appendAll(journal, 'quiet', ids('quiet', 5));
    expect(ids('quiet', 5).map((id) => arrivals.get(id))).toEqual(Array(5).fill('live'));
  });

  test('is read back from the disk before that node’s backlog ends', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder, { windowBytes: 0 });
    await appendAll(first.journal, 'noisy', ids('noisy', 200));
    await appendAll(first.journal, 'quiet', ids('quiet', 5));
    expect(first.given).toEqual([]);
    const { journal, idsOf } = journalOn(folder, { windowBytes: 40 * LINE });
    journal.resume();
    expect(idsOf('quiet')).toEqual(ids('quiet', 5));
    expect(idsOf('noisy').length).toBeLessThan(40);
  });

  test('loses nothing when the journal is full: the noisy node’s oldest events are dropped', async () => {
    const folder = folderOfTest();
    const { journal, dropped } = journalOn(folder, { maxBytes: 100 * LINE, windowBytes: 0 });
    await appendAll(journal, 'quiet', ids('quiet', 20));
    await appendAll(journal, 'noisy', ids('noisy', 300));
    await appendAll(journal, 'quiet', ids('later', 10));
    expect(dropped.length).toBeGreaterThan(200);
    expect(dropped).toEqual(ids('noisy', dropped.length));
    expect(journal.bytes).toBeLessThanOrEqual(100 * LINE);
    const second = journalOn(folder);
    second.journal.resume();
    expect(second.idsOf('quiet')).toEqual([...ids('quiet', 20), ...ids('later', 10)]);
    expect(second.idsOf('noisy')).toEqual(ids('noisy', 300).slice(dropped.length));
  });
});

describe('the journal of several nodes', () => {
  test('saves the state of each node of its own, and gives a later process what came after it', async () => {
    const folder = folderOfTest();
    const states: Record<string, string> = { noisy: 'first', quiet: 'first' };
    const options = { checkpoint: (node: string) => states[node] };
    const { journal } = journalOn(folder, options);
    await appendAll(journal, 'noisy', ['noisy-1']);
    await appendAll(journal, 'quiet', ['quiet-1']);
    states.quiet = 'second';
    journal.save('quiet');
    await appendAll(journal, 'quiet', ['quiet-2']);
    const { history } = journalOn(folder, options);
    const seen = NODES.map((node) => [history.get(node)?.checkpoint, history.get(node)?.since.map(({ id }) => id)]);
    expect(seen).toEqual([
      [undefined, ['noisy-1']],
      ['second', ['quiet-2']],
    ]);
  });

  test('saves a state once for many requests, soon after the first', async () => {
    let saves = 0;
    const { journal } = journalOn(folderOfTest(), { checkpoint: () => ++saves });
    for (let i = 0; i < 100; i++) for (const node of NODES) journal.saveSoon(node);
    expect(saves).toBe(0);
    await expect.poll(() => saves, { timeout: 5000 }).toBe(2);
    journal.saveSoon('quiet');
    await expect.poll(() => saves, { timeout: 5000 }).toBe(3);
  });

  test('gives the events of a node that is no longer served, and then removes its files', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder);
    await appendAll(first.journal, 'noisy', ids('noisy', 5));
    first.journal.close();
    const { journal, given } = journalOn(folder, { nodes: ['quiet'] });
    journal.resume();
    expect(given.map(({ id }) => id)).toEqual(ids('noisy', 5));
    for (const one of given) journal.settle(one);
    await journal.idle();
    expect(readdirSync(folder).filter((name) => name.startsWith('noisy'))).toEqual([]);
  });

  test('moves the events of an earlier version, whose files contain those of all nodes, to each node', async () => {
    const folder = folderOfTest();
    const lines = [...ids('noisy', 3), ...ids('quiet', 2)].map((id) => record(id.split('-')[0] as string, id).line);
    writeFileSync(join(folder, '0000000007.journal'), Buffer.concat([Buffer.from('{"nodes":{}}\n'), ...lines]));
    // The first one is settled.
    writeFileSync(join(folder, '0000000007.settled'), Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]));
    const { journal, idsOf } = journalOn(folder);
    expect(journal.depth).toBe(4);
    expect(readdirSync(folder).filter((name) => name.startsWith('0'))).toEqual([]);
    journal.resume();
    expect([idsOf('noisy'), idsOf('quiet')]).toEqual([ids('noisy', 3).slice(1), ids('quiet', 2)]);
  });

  test('reports how many events of which node a shortened and a damaged file have lost', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder);
    await appendAll(first.journal, 'noisy', ids('noisy', 10));
    await appendAll(first.journal, 'quiet', ids('quiet', 10));
    const { journal, lost, idsOf } = journalOn(folder);
    truncateSync(join(folder, 'noisy.0000000001.journal'), 3 * LINE);
    const damaged = readFileSync(join(folder, 'quiet.0000000001.journal'));
    writeFileSync(join(folder, 'quiet.0000000001.journal'), damaged.fill(0, 4 * LINE, 4 * LINE + 30));
    journal.resume();
    expect(lost).toEqual([`${10 - idsOf('noisy').length} of noisy`, '1 of quiet']);
    expect(idsOf('quiet')).toHaveLength(9);
  });

  test('lets nobody but its user read the files', async () => {
    const folder = join(folderOfTest(), 'journal');
    const { journal, given } = journalOn(folder, {
      checkpoint: () => 'state',
      maxBytes: 100 * LINE,
      windowBytes: 20 * LINE,
    });
    await appendAll(journal, 'noisy', ids('noisy', 200));
    journal.settle(given[0] as JournalRecord);
    journal.save('noisy');
    const modes = readdirSync(folder).map((file) => (statSync(join(folder, file)).mode & 0o777).toString(8));
    expect(modes.length).toBeGreaterThan(2);
    expect(new Set(modes)).toEqual(new Set(['600']));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('starts without a state whose file is damaged', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'quiet.state'), '{"segment":1,"li');
    expect(journalOn(folder).history.get('quiet')).toEqual({ checkpoint: undefined, since: [] });
  });
});
