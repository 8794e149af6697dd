import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Arrival, Journal, type JournalOptions } from '../../../connector/journal/journal.ts';
import type { JournalRecord } from '../../../connector/journal/record.ts';
import { Segment } from '../../../connector/journal/segment.ts';
import { createLog } from '../../../lib/log.ts';
import { recordOf } from '../../support/records.ts';
import { MAY_MOUNT, smallDisk } from '../../support/small-disk.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

/** The journal of one process on a folder, and the records that it gives to `onRecord`. */
function journalOn(folder: string, options: Partial<JournalOptions> = {}) {
  const given: string[] = [];
  const arrivals: Arrival[] = [];
  const dropped: string[] = [];
  const lost: string[] = [];
  const lines: string[] = [];
  const records = new Map<string, JournalRecord>();
  const journal = new Journal({
    folder,
    nodes: ['pbx-1'],
    maxBytes: 2e6,
    windowBytes: 1e6,
    log: createLog({}, (line) => lines.push(line)),
    checkpoint: () => ({}),
    onRecord: (record, arrival) => {
      given.push(record.id);
      arrivals.push(arrival);
      records.set(record.id, record);
    },
    onDropped: ({ id }) => dropped.push(id),
    onLost: (node, count) => lost.push(`${count} of ${node}`),
    noteRecords: 1,
    ...options,
  });
  const history = journal.open().get('pbx-1');
  return {
    journal,
    history,
    given,
    arrivals,
    dropped,
    lost,
    lines,
    settle: (...ids: string[]) => {
      for (const id of ids) journal.settle(records.get(id) ?? expect.fail(`${id} was not given to onRecord`));
    },
  };
}

/** Lets the journal write the records of this turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const numbers = (from: number, to: number, prefix = ''): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);
/** Records whose lines have the same length. */
const FILLER = 200;
const record = (lane: string, id: string, type = 'StasisStart') => recordOf(lane, id, { type, filler: FILLER });
const LINE = record('a', '10').line.length;

describe('the journal', () => {
  test('gives a record to `onRecord` after it is on disk', async () => {
    const folder = folderOfTest();
    const { journal, given, arrivals } = journalOn(folder);
    journal.append(recordOf('a', 'one'));
    expect([given, journal.depth]).toEqual([[], 1]);
    await turn();
    expect([given, arrivals]).toEqual([['one'], ['live']]);
    expect(readdirSync(folder).some((file) => readFileSync(join(folder, file)).includes('"one"'))).toBe(true);
  });

  test('writes all records of one turn of the event loop in one call', async () => {
    const { journal, given } = journalOn(folderOfTest());
    journal.append(recordOf('a', '0'));
    await turn();
    const append = vi.spyOn(Segment.prototype, 'append');
    for (const id of numbers(1, 100)) journal.append(recordOf('a', id));
    await turn();
    expect(append).toHaveBeenCalledOnce();
    expect(given).toEqual(numbers(0, 100));
    append.mockRestore();
  });

  test('is idle when every record is settled, and counts the records that are not', async () => {
    const { journal, settle } = journalOn(folderOfTest());
    await journal.idle();
    const read = Date.now() - 5000;
    journal.append(recordOf('a', '1', { receivedAt: read }));
    journal.append(recordOf('a', '2'));
    await turn();
    expect([journal.depth, journal.oldest]).toEqual([2, read]);
    const idle = journal.idle();
    settle('1');
    expect(journal.depth).toBe(1);
    settle('2');
    await idle;
    expect([journal.depth, journal.oldest]).toEqual([0, undefined]);
  });

  test('removes settled records from the disk', async () => {
    const folder = folderOfTest();
    const { journal, settle } = journalOn(folder, { segmentBytes: 10 * LINE });
    for (let i = 100; i < 600; i++) {
      journal.append(record('a', `${i}`));
      await turn();
      settle(`${i}`);
    }
    await journal.idle();
    expect(journal.bytes).toBeLessThan(15 * LINE);
    expect(readdirSync(folder).length).toBeLessThanOrEqual(4);
  });

  test('does not write the state again for each record when the state is larger than a segment', async () => {
    const folder = folderOfTest();
    const { journal } = journalOn(folder, { segmentBytes: 1000, checkpoint: () => 'x'.repeat(5000) });
    for (const id of numbers(1, 10)) {
      journal.append(recordOf('a', id));
      await turn();
    }
    expect(readdirSync(folder).filter((file) => file.endsWith('.journal')).length).toBeLessThanOrEqual(2);
  });
});

describe('a record that finds no room in memory', () => {
  test('waits on disk and is read back in its order when there is room', async () => {
    const { journal, given, arrivals, settle, dropped } = journalOn(folderOfTest(), { windowBytes: 10 * LINE });
    for (const id of numbers(10, 59)) journal.append(record('a', id));
    await turn();
    expect(given).toEqual(numbers(10, 19));
    expect(journal.depth).toBe(50);
    for (let settled = 0; settled < 50; ) {
      const next = given.slice(settled);
      expect(next.length).toBeGreaterThan(0);
      expect(next.length * LINE).toBeLessThanOrEqual(10 * LINE);
      settle(...next);
      settled += next.length;
      await turn();
    }
    expect(given).toEqual(numbers(10, 59));
    expect(arrivals).toEqual([...Array(10).fill('live'), ...Array(40).fill('backlog')]);
    expect([journal.depth, dropped]).toEqual([0, []]);
  });

  test('waits on disk beyond 4 MiB in memory, and beyond all the memory while the disk cannot be written', async () => {
    const large = (lane: string, id: string) => recordOf(lane, id, { filler: 1e6 });
    const options = { windowBytes: 1e7, maxBytes: 1e8 };
    const onDisk = journalOn(folderOfTest(), options);
    for (const id of numbers(10, 19)) onDisk.journal.append(large('a', id));
    await turn();
    expect(onDisk.given).toEqual(numbers(10, 13));
    for (let seen = 0; seen < onDisk.given.length; seen++) {
      onDisk.settle(onDisk.given[seen] as string);
      await turn();
    }
    expect(onDisk.given).toEqual(numbers(10, 19));

    const folder = join(folderOfTest(), 'journal');
    writeFileSync(folder, 'a file where the folder should be');
    const inMemory = journalOn(folder, options);
    for (const id of numbers(10, 19)) inMemory.journal.append(large('a', id));
    await turn();
    expect([inMemory.given, inMemory.dropped]).toEqual([numbers(10, 18), ['19']]);
  });

  test('is not overtaken by later records of its lane, and does not delay other lanes', async () => {
    const { journal, given, settle } = journalOn(folderOfTest(), { windowBytes: 10 * LINE });
    for (const id of numbers(10, 24)) journal.append(record('s', id));
    await turn();
    // There is room for four, and the backlog takes none of it: half of the window is for live records.
    settle('10', '11', '12', '13');
    await turn();
    journal.append(record('s', '25'));
    journal.append(record('f', '77'));
    await turn();
    expect(given).toEqual([...numbers(10, 19), '77']);
    for (let seen = 4; seen < given.length; seen++) {
      settle(given[seen] as string);
      await turn();
    }
    expect(given.filter((id) => id !== '77')).toEqual(numbers(10, 25));
  });

  test('no longer delays its lane after the lane has caught up: later records are live', async () => {
    const { journal, given, arrivals, settle } = journalOn(folderOfTest(), { windowBytes: 2 * LINE });
    for (const id of numbers(10, 14)) journal.append(record('a', id));
    await turn();
    for (let seen = 0; seen < 5; seen++) {
      settle(given[seen] as string);
      await turn();
    }
    journal.append(record('a', '99'));
    await turn();
    expect([given.at(-1), arrivals.at(-1)]).toEqual(['99', 'live']);
  });
});

describe('a process that starts on the folder of an earlier process', () => {
  test('gets exactly the records that were not settled, in their order, after it calls `resume`', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder, { segmentBytes: 5 * LINE });
    for (const id of numbers(10, 49)) first.journal.append(record(`lane ${Number(id) % 3}`, id));
    await turn();
    first.settle(...numbers(10, 49).filter((id) => Number(id) % 4 !== 0));
    await turn();
    // The first process is killed: nothing is closed.
    const second = journalOn(folder);
    expect([second.given, second.journal.depth]).toEqual([[], 10]);
    second.journal.resume();
    expect(second.given).toEqual(numbers(10, 49).filter((id) => Number(id) % 4 === 0));
    expect(new Set(second.arrivals)).toEqual(new Set(['backlog']));
    second.settle(...second.given);
    await second.journal.idle();
    second.journal.close();
    const third = journalOn(folder);
    expect([third.journal.depth, third.lines]).toEqual([0, []]);
  });

  test('gets the state of the last checkpoint and the records written since, settled or not', async () => {
    const folder = folderOfTest();
    let state = 1;
    const first = journalOn(folder, { checkpoint: () => ({ state }) });
    first.journal.append(recordOf('a', 'before'));
    state = 2;
    first.journal.save('pbx-1');
    first.journal.append(recordOf('a', 'settled'));
    await turn();
    first.settle('settled');
    first.journal.append(recordOf('a', 'waiting'));
    await turn();
    const { history } = journalOn(folder);
    expect(history?.checkpoint).toEqual({ state: 2 });
    expect(history?.since.map(({ id }) => id)).toEqual(['settled', 'waiting']);
  });

  test('gets the last state and no records since where the earlier process was stopped', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder, { checkpoint: () => 'the last state' });
    first.journal.append(recordOf('a', 'unsettled'));
    first.journal.close();
    const { journal, history, given } = journalOn(folder);
    expect(history).toEqual({ checkpoint: 'the last state', since: [] });
    journal.resume();
    expect(given).toEqual(['unsettled']);
  });

  test('creates a folder that does not exist, and gets nothing from it', () => {
    const folder = join(folderOfTest(), 'not', 'there');
    const { journal, history } = journalOn(folder);
    expect(history).toEqual({ checkpoint: undefined, since: [] });
    expect([journal.fault, journal.depth]).toEqual([undefined, 0]);
  });

  test('logs a damaged line and gets the other records', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder);
    for (const id of ['one', 'two', 'three']) first.journal.append(recordOf('a', id));
    await turn();
    damage(folder, 'two');
    const { journal, given, lines, settle } = journalOn(folder);
    journal.resume();
    expect(given).toEqual(['one', 'three']);
    expect(lines.map((line) => JSON.parse(line).message)).toEqual([
      'A line of the journal is damaged and cannot be published',
    ]);
    settle('one', 'three');
    await journal.idle();
  });

  test('gets the other records when a line is damaged after it was counted', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder);
    for (const id of ['one', 'two', 'three']) first.journal.append(recordOf('a', id));
    await turn();
    const { journal, given, lines, settle } = journalOn(folder);
    damage(folder, 'two');
    journal.resume();
    expect(given).toEqual(['one', 'three']);
    expect(lines.join()).toContain('is damaged');
    settle('one', 'three');
    await journal.idle();
    expect(journal.depth).toBe(0);
  });

  test('gets the other records when a file of the journal was removed', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder, { segmentBytes: 5 * LINE });
    for (const id of numbers(10, 29)) {
      first.journal.append(record('a', id));
      await turn();
    }
    const { journal, given } = journalOn(folder);
    const [oldest = ''] = readdirSync(folder).filter((name) => name.endsWith('.journal'));
    rmSync(join(folder, oldest));
    journal.resume();
    expect(given.at(-1)).toBe('29');
  });

  test.each([0, 1, 3 * LINE, 3 * LINE + 7])(
    'ends a read when another program has shortened a file to %i bytes',
    async (size) => {
      const folder = folderOfTest();
      const first = journalOn(folder, { segmentBytes: 5 * LINE });
      for (const id of numbers(10, 29)) {
        first.journal.append(record('a', id));
        await turn();
      }
      const { journal, given, lines, settle } = journalOn(folder);
      const [oldest = ''] = readdirSync(folder).filter((name) => name.endsWith('.journal'));
      truncateSync(join(folder, oldest), size);
      journal.resume();
      expect(given.at(-1)).toBe('29');
      expect(lines.join()).toContain('removed or shortened a file of the journal');
      settle(...given);
      await journal.idle();
      expect(journal.depth).toBe(0);
    },
  );

  test.each([
    ['shortened', (path: string) => truncateSync(path, 3 * LINE)],
    ['removed', (path: string) => rmSync(path)],
  ])('loses no record that is written after another program has %s the file', async (_, harm) => {
    const folder = folderOfTest();
    const { journal, settle } = journalOn(folder);
    for (const id of numbers(10, 19)) journal.append(record('a', id));
    await turn();
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.journal'));
    harm(join(folder, file));
    for (const id of numbers(20, 29)) {
      journal.append(record('a', id));
      await turn();
    }
    settle('20', '21');
    await turn();
    const next = journalOn(folder);
    next.journal.resume();
    expect(next.given.filter((id) => id >= '20')).toEqual(numbers(22, 29));
  });

  test('gets settled records again where the earlier one was killed before it had noted them: fewer than 64, and of a second', async () => {
    const folder = folderOfTest();
    const { journal, settle } = journalOn(folder, { noteRecords: 64 });
    for (const id of numbers(100, 199)) journal.append(record('a', id));
    await turn();
    settle(...numbers(100, 169));
    const givenNext = () => {
      const next = journalOn(folder);
      next.journal.resume();
      return next.given;
    };
    // The first of 64 lines names the node.
    expect(givenNext()).toEqual(numbers(163, 199));
    await vi.waitFor(() => expect(givenNext()).toEqual(numbers(170, 199)), 10_000);
    settle('170');
    journal.close();
    expect(givenNext()).toEqual(numbers(171, 199));
  });

  test('finds no notes of files that are removed already', async () => {
    const folder = folderOfTest();
    const { journal, settle } = journalOn(folder, { noteRecords: 64, segmentBytes: 10 * LINE });
    for (const id of numbers(100, 149)) {
      journal.append(record('a', id));
      await turn();
    }
    settle(...numbers(100, 149));
    journal.save('pbx-1');
    journal.close();
    const names = (end: string) => {
      const files = readdirSync(folder).filter((name) => name.endsWith(end));
      return files.map((name) => name.slice(0, -end.length));
    };
    expect(names('.journal')).toHaveLength(1);
    expect(names('.settled').filter((name) => !names('.journal').includes(name))).toEqual([]);
  });

  /** Makes the beginning of a record's line unreadable. */
  function damage(folder: string, id: string): void {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.journal'))) {
      const data = readFileSync(join(folder, file));
      const at = data.indexOf(`["event","${id}"`);
      if (at >= 0) writeFileSync(join(folder, file), data.fill(0, at, at + 20));
    }
  }
});

describe('when it is full on disk, the journal', () => {
  test('drops the oldest records of low value first, then the oldest, reports each, and keeps the order of the others', async () => {
    const folder = folderOfTest();
    const maxBytes = 100 * LINE;
    const { journal, dropped } = journalOn(folder, { maxBytes, windowBytes: 0 });
    const low = new Set<string>();
    const appended: string[] = [];
    for (let i = 1000; i < 1300; i++) {
      const id = `${i}`;
      if (i < 1080 && i % 2 === 0) low.add(id);
      appended.push(id);
      journal.append(recordOf(`${i % 5}`, id, { type: low.has(id) ? 'ChannelVarset' : 'Dial', filler: FILLER }));
      await turn();
      expect(journal.bytes).toBeLessThanOrEqual(maxBytes + LINE);
    }
    expect(dropped.length).toBeGreaterThan(200);
    expect(new Set(dropped).size).toBe(dropped.length);
    const firstOther = dropped.findIndex((id) => !low.has(id));
    expect(dropped.slice(0, firstOther)).toEqual([...low]);
    expect(dropped.slice(firstOther)).toEqual(
      appended.filter((id) => !low.has(id)).slice(0, dropped.length - low.size),
    );
    expect(journal.depth).toBe(appended.length - dropped.length);

    journal.close();
    const later = journalOn(folder, { maxBytes: 1e6 });
    later.journal.resume();
    expect(later.given).toEqual(appended.filter((id) => !dropped.includes(id)));
  });

  test('writes every record also where more may be in memory than on disk', async () => {
    const folder = folderOfTest();
    const { journal, given, dropped } = journalOn(folder, { maxBytes: 20 * LINE, windowBytes: 40 * LINE });
    for (const id of numbers(10, 59)) {
      journal.append(record('a', id));
      await turn();
    }
    expect(given).toEqual(numbers(10, 19));
    expect(dropped.length).toBeGreaterThan(20);
    expect(dropped).toEqual(numbers(20, 19 + dropped.length));
    expect(journal.fault).toBeUndefined();
    const later = journalOn(folder);
    later.journal.resume();
    expect(later.given).toEqual([...given, ...numbers(20 + dropped.length, 59)]);
  });

  test('keeps its room for events, however large the state is that is saved', async () => {
    const folder = folderOfTest();
    const state = 'x'.repeat(1 << 20);
    const { journal, given, dropped } = journalOn(folder, { maxBytes: 1 << 20, checkpoint: () => state });
    for (const id of numbers(10, 49)) {
      journal.append(recordOf(`lane ${id}`, id));
      await turn();
      journal.save('pbx-1');
    }
    expect([given, dropped, journal.fault]).toEqual([numbers(10, 49), [], undefined]);
    const later = journalOn(folder);
    later.journal.resume();
    expect(later.given).toEqual(numbers(10, 49));
    expect(later.history?.checkpoint).toBe(state);
  });
});

describe('while the disk fails, the journal', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  /** After a second the journal tries the disk again. */
  const aSecondLater = (): void => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1100 });
  };

  test('logs why, passes records through memory up to its bound, drops those beyond, and uses the disk when it works again', async () => {
    const folder = join(folderOfTest(), 'journal');
    writeFileSync(folder, 'this is no folder');
    const { journal, given, dropped, lines, settle } = journalOn(folder, { windowBytes: 5 * LINE });
    expect(journal.fault).toMatch(/EEXIST|ENOTDIR/);
    for (const id of numbers(10, 17)) journal.append(record('a', id));
    await turn();
    expect(given).toEqual(numbers(10, 14));
    expect(dropped).toEqual(['15', '16', '17']);
    expect(lines.filter((line) => line.includes('The journal cannot be written'))).toHaveLength(1);

    rmSync(folder);
    mkdirSync(folder);
    aSecondLater();
    settle(...given);
    journal.append(record('a', '18'));
    await turn();
    expect(journal.fault).toBeUndefined();
    expect(given.at(-1)).toBe('18');
    expect(lines.at(-1)).toContain('The journal is written to disk again');
    const later = journalOn(folder);
    later.journal.resume();
    expect(later.given).toEqual(['18']);
  });

  test.each([
    ['at the next record', '18'],
    ['without another record', undefined],
  ])('writes the records that are in memory only when the disk works again, before later ones: %s', async (_, more) => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const folder = join(folderOfTest(), 'journal');
    writeFileSync(folder, 'this is no folder');
    let state = 'before';
    const { journal, settle } = journalOn(folder, { checkpoint: () => state });
    for (const id of numbers(10, 17)) journal.append(record(Number(id) % 2 === 0 ? 'even' : 'odd', id));
    await turn();
    settle('10', '11', '12');
    state = 'after';
    rmSync(folder);
    if (more === undefined) vi.advanceTimersByTime(1100);
    else {
      vi.setSystemTime(Date.now() + 1100);
      journal.append(record('even', more));
    }
    await turn();
    expect(journal.fault).toBeUndefined();
    settle('13');
    await turn();
    const later = journalOn(folder);
    later.journal.resume();
    expect(later.given).toEqual([...numbers(14, 17), ...(more === undefined ? [] : [more])]);
    // The state knows the records that were never written.
    expect(later.history).toEqual({ checkpoint: 'after', since: [] });
    expect(later.lines).toEqual([]);
  });

  test('does not try the disk again at every record', async () => {
    const folder = join(folderOfTest(), 'journal');
    writeFileSync(folder, 'this is no folder');
    const { journal, given } = journalOn(folder);
    const create = vi.spyOn(Segment, 'create');
    for (const id of numbers(1, 20)) {
      journal.append(recordOf('a', id));
      await turn();
    }
    expect([given.length, create.mock.calls.length]).toEqual([20, 0]);
    create.mockRestore();
  });

  test.runIf(MAY_MOUNT)(
    'on a full disk, keeps the records that it has written, and writes again when there is room',
    async () => {
      const disk = smallDisk(64);
      const first = journalOn(disk.path, { windowBytes: 1e6 });
      const filler = 4000;
      for (const id of numbers(10, 39)) {
        first.journal.append(recordOf('a', id, { filler }));
        await turn();
      }
      expect(first.journal.fault).toMatch('ENOSPC');
      expect(first.given).toEqual(numbers(10, 39));

      disk.grow(1024);
      aSecondLater();
      for (const id of numbers(40, 49)) first.journal.append(recordOf('a', id, { filler }));
      await turn();
      expect(first.journal.fault).toBeUndefined();
      const second = journalOn(disk.path);
      second.journal.resume();
      expect(second.given).toEqual(numbers(10, 49));
      expect(second.lines).toEqual([]);
    },
  );

  test.runIf(MAY_MOUNT)('lets no record overtake records of its lane that wait on the disk', async () => {
    const disk = smallDisk(64);
    const { journal, given, settle } = journalOn(disk.path, { windowBytes: 20_000 });
    for (const id of numbers(10, 19)) journal.append(recordOf('a', id, { filler: 4000 }));
    await turn();
    expect(given).toEqual(numbers(10, 13));
    writeFileSync(join(disk.path, 'other'), Buffer.alloc(8192));
    expect(() => writeFileSync(join(disk.path, 'more'), Buffer.alloc(65_536))).toThrow('ENOSPC');
    settle('10', '11');
    await turn();
    journal.append(recordOf('a', '20', { filler: 4000 }));
    await turn();
    expect(journal.fault).toMatch('ENOSPC');
    for (let seen = 2; seen < given.length; seen++) {
      settle(given[seen] as string);
      await turn();
    }
    expect(given).toEqual(numbers(10, 20));
  });
});

describe('in random sequences of operations, the journal', () => {
  /** The records of a lane that a process got must be the first ones that are expected of it, without a gap. */
  function expectOrder(given: string[], expected: Map<string, string[]>): void {
    const byLane = Map.groupBy(given, (id) => id.split('-')[0] as string);
    for (const [lane, ids] of byLane) expect(ids).toEqual((expected.get(lane) ?? []).slice(0, ids.length));
  }

  test.each([1, 2, 3, 4, 5, 6])('loses no record and keeps the order of every lane (%i)', async () => {
    const folder = folderOfTest();
    const unsettled = new Map<string, string[]>();
    const options = { windowBytes: 8 * LINE, segmentBytes: 6 * LINE, maxBytes: 1e7 };
    let current = journalOn(folder, options);
    let expected = new Map<string, string[]>();
    let settledOfCurrent = 0;
    let count = 0;
    const settle = (id: string): void => {
      current.settle(id);
      const lane = id.split('-')[0] as string;
      expect(unsettled.get(lane)?.shift()).toBe(id);
    };
    const settleSome = (share: number): void => {
      // As the publisher does: the first records of each lane.
      const next = current.given.slice(settledOfCurrent);
      const kept = next.splice(Math.ceil(next.length * share));
      for (const id of next) settle(id);
      settledOfCurrent += next.length;
      expect(kept.length).toBeGreaterThanOrEqual(0);
    };
    for (let step = 0; step < 600; step++) {
      const dice = Math.random();
      if (dice < 0.6) {
        for (let i = Math.ceil(Math.random() * 4); i > 0; i--) {
          const lane = `${Math.floor(Math.random() * 5)}`;
          const id = `${lane}-${count++}`;
          current.journal.append(recordOf(lane, id, { filler: Math.floor(Math.random() * 300) }));
          unsettled.set(lane, [...(unsettled.get(lane) ?? []), id]);
          expected.set(lane, [...(expected.get(lane) ?? []), id]);
        }
      } else if (dice < 0.95) {
        settleSome(Math.random());
      } else if (dice < 0.97) {
        current.journal.save('pbx-1');
      } else {
        await turn();
        expectOrder(current.given, expected);
        expect(current.dropped).toEqual([]);
        if (dice < 0.985) current.journal.close();
        current = journalOn(folder, options);
        expected = new Map([...unsettled].map(([lane, ids]) => [lane, [...ids]]));
        settledOfCurrent = 0;
        expect(current.journal.depth).toBe([...unsettled.values()].flat().length);
        current.journal.resume();
      }
      if (Math.random() < 0.7) await turn();
    }
    while (current.journal.depth > 0) {
      await turn();
      settleSome(1);
    }
    expectOrder(current.given, expected);
    expect([...unsettled.values()].flat()).toEqual([]);
    expect(current.lines).toEqual([]);
    current.journal.close();
    expect(journalOn(folder).journal.depth).toBe(0);
  });

  test.each([1, 2, 3])(
    'gives every record to `onRecord`, in its order, or reports it as dropped when it is full (%i)',
    async () => {
      const current = journalOn(folderOfTest(), { windowBytes: 8 * LINE, maxBytes: 60 * LINE });
      const appended = new Map<string, string[]>();
      let settled = 0;
      for (let count = 0; count < 1500; count++) {
        const lane = `${Math.floor(Math.random() * 5)}`;
        const id = `${lane}-${count}`;
        current.journal.append(record(lane, id, Math.random() < 0.5 ? 'ChannelVarset' : 'Dial'));
        appended.set(lane, [...(appended.get(lane) ?? []), id]);
        if (Math.random() < 0.5) await turn();
        if (Math.random() < 0.5 && settled < current.given.length) current.settle(current.given[settled++] as string);
      }
      while (current.journal.depth > 0) {
        await turn();
        while (settled < current.given.length) current.settle(current.given[settled++] as string);
      }
      expect(current.dropped.length).toBeGreaterThan(100);
      const dropped = new Set(current.dropped);
      for (const [lane, ids] of appended) {
        expect(current.given.filter((id) => id.startsWith(`${lane}-`))).toEqual(ids.filter((id) => !dropped.has(id)));
      }
    },
  );
});
