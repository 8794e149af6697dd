import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Arrival, Journal, type JournalOptions } from '../../../connector/journal/journal.ts';
import type { JournalRecord } from '../../../connector/journal/record.ts';
import { Segment } from '../../../connector/journal/segment.ts';
import { createLog } from '../../../lib/log.ts';
import { recordOf } from '../../support/records.ts';
import { MAY_MOUNT, smallDisk } from '../../support/small-disk.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

/** One process' journal on a folder, and what it gives on. */
function journalOn(folder: string, options: Partial<JournalOptions> = {}) {
  const given: string[] = [];
  const arrivals: Arrival[] = [];
  const dropped: string[] = [];
  const lines: string[] = [];
  const records = new Map<string, JournalRecord>();
  const it = new Journal({
    folder,
    maxBytes: 1e6,
    windowBytes: 1e6,
    log: createLog({}, (line) => lines.push(line)),
    checkpoint: () => ({}),
    onRecord: (record, arrival) => {
      given.push(record.id);
      arrivals.push(arrival);
      records.set(record.id, record);
    },
    onDropped: ({ id }) => dropped.push(id),
    ...options,
  });
  const history = it.open();
  return {
    it,
    history,
    given,
    arrivals,
    dropped,
    lines,
    settle: (...ids: string[]) => {
      for (const id of ids) it.settle(records.get(id) ?? expect.fail(`${id} was not given on`));
    },
  };
}

/** Lets the journal write what this turn of the event loop brought. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const numbers = (from: number, to: number, prefix = ''): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${prefix}${from + i}`);
/** Records whose lines are all as long. */
const FILLER = 200;
const record = (lane: string, id: string, type = 'StasisStart') => recordOf(lane, id, { type, filler: FILLER });
const LINE = record('a', '10').line.length;

describe('the journal', () => {
  test('gives a record on when it is on disk', async () => {
    const folder = folderOfTest();
    const { it, given, arrivals } = journalOn(folder);
    it.append(recordOf('a', 'one'));
    expect([given, it.depth]).toEqual([[], 1]);
    await turn();
    expect([given, arrivals]).toEqual([['one'], ['live']]);
    expect(readdirSync(folder).some((file) => readFileSync(join(folder, file)).includes('"one"'))).toBe(true);
  });

  test('writes all that one turn of the event loop brought at once', async () => {
    const { it, given } = journalOn(folderOfTest());
    it.checkpoint();
    const append = vi.spyOn(Segment.prototype, 'append');
    for (const id of numbers(1, 100)) it.append(recordOf('a', id));
    await turn();
    expect(append).toHaveBeenCalledOnce();
    expect(given).toEqual(numbers(1, 100));
    append.mockRestore();
  });

  test('is idle when everything is settled, and says how much is not', async () => {
    const { it, settle } = journalOn(folderOfTest());
    await it.idle();
    const read = Date.now() - 5000;
    it.append(recordOf('a', '1', { receivedAt: read }));
    it.append(recordOf('a', '2'));
    await turn();
    expect([it.depth, it.oldest]).toEqual([2, read]);
    const idle = it.idle();
    settle('1');
    expect(it.depth).toBe(1);
    settle('2');
    await idle;
    expect([it.depth, it.oldest]).toEqual([0, undefined]);
  });

  test('clears away what is settled: its size on disk follows what waits', async () => {
    const folder = folderOfTest();
    const { it, settle } = journalOn(folder, { segmentBytes: 10 * LINE });
    for (let i = 100; i < 600; i++) {
      it.append(record('a', `${i}`));
      await turn();
      settle(`${i}`);
    }
    await it.idle();
    expect(it.bytes).toBeLessThan(15 * LINE);
    expect(readdirSync(folder).length).toBeLessThanOrEqual(4);
  });

  test('does not write the state anew for each record when the state is larger than a segment', async () => {
    const folder = folderOfTest();
    const { it } = journalOn(folder, { segmentBytes: 1000, checkpoint: () => 'x'.repeat(5000) });
    for (const id of numbers(1, 10)) {
      it.append(recordOf('a', id));
      await turn();
    }
    expect(readdirSync(folder).filter((file) => file.endsWith('.journal')).length).toBeLessThanOrEqual(2);
  });
});

describe('what finds no room in memory', () => {
  test('waits on disk, and is read back in its order when there is room', async () => {
    const { it, given, arrivals, settle, dropped } = journalOn(folderOfTest(), { windowBytes: 10 * LINE });
    for (const id of numbers(10, 59)) it.append(record('a', id));
    await turn();
    expect(given).toEqual(numbers(10, 19));
    expect(it.depth).toBe(50);
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
    expect([it.depth, dropped]).toEqual([0, []]);
  });

  test('is not passed by later records of its lane, and does not hold up other lanes', async () => {
    const { it, given, settle } = journalOn(folderOfTest(), { windowBytes: 10 * LINE });
    for (const id of numbers(10, 24)) it.append(record('s', id));
    await turn();
    // Room for four, of which the backlog takes none: half of the window is for what is live.
    settle('10', '11', '12', '13');
    await turn();
    it.append(record('s', '25'));
    it.append(record('f', '77'));
    await turn();
    expect(given).toEqual([...numbers(10, 19), '77']);
    for (let seen = 4; seen < given.length; seen++) {
      settle(given[seen] as string);
      await turn();
    }
    expect(given.filter((id) => id !== '77')).toEqual(numbers(10, 25));
  });

  test('lets its lane go on live when it has caught up', async () => {
    const { it, given, arrivals, settle } = journalOn(folderOfTest(), { windowBytes: 2 * LINE });
    for (const id of numbers(10, 14)) it.append(record('a', id));
    await turn();
    for (let seen = 0; seen < 5; seen++) {
      settle(given[seen] as string);
      await turn();
    }
    it.append(record('a', '99'));
    await turn();
    expect([given.at(-1), arrivals.at(-1)]).toEqual(['99', 'live']);
  });
});

describe('a process that starts on the folder of an earlier one', () => {
  test('is given exactly what was not settled, in its order, once it asks for it', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder, { segmentBytes: 5 * LINE });
    for (const id of numbers(10, 49)) first.it.append(record(`lane ${Number(id) % 3}`, id));
    await turn();
    first.settle(...numbers(10, 49).filter((id) => Number(id) % 4 !== 0));
    await turn();
    // It is killed: nothing is closed.
    const second = journalOn(folder);
    expect([second.given, second.it.depth]).toEqual([[], 10]);
    second.it.resume();
    expect(second.given).toEqual(numbers(10, 49).filter((id) => Number(id) % 4 === 0));
    expect(new Set(second.arrivals)).toEqual(new Set(['backlog']));
    second.settle(...second.given);
    await second.it.idle();
    second.it.close();
    const third = journalOn(folder);
    expect([third.it.depth, third.lines]).toEqual([0, []]);
  });

  test('is told the state as it was last noted, and what was written since, settled or not', async () => {
    const folder = folderOfTest();
    let state = 1;
    const first = journalOn(folder, { checkpoint: () => ({ state }) });
    first.it.append(recordOf('a', 'before'));
    state = 2;
    first.it.checkpoint();
    first.it.append(recordOf('a', 'settled'));
    await turn();
    first.settle('settled');
    first.it.append(recordOf('a', 'waiting'));
    await turn();
    const { history } = journalOn(folder);
    expect(history.checkpoint).toEqual({ state: 2 });
    expect(history.since.map(({ id }) => id)).toEqual(['settled', 'waiting']);
  });

  test('is told the last state by a process that was stopped, and nothing since', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder, { checkpoint: () => 'the last state' });
    first.it.append(recordOf('a', 'unsettled'));
    first.it.close();
    const { it, history, given } = journalOn(folder);
    expect(history).toEqual({ checkpoint: 'the last state', since: [] });
    it.resume();
    expect(given).toEqual(['unsettled']);
  });

  test('knows nothing on a folder that is new, and makes it', () => {
    const folder = join(folderOfTest(), 'not', 'there');
    const { it, history } = journalOn(folder);
    expect(history).toEqual({ checkpoint: undefined, since: [] });
    expect([it.fault, it.depth]).toEqual([undefined, 0]);
  });

  test('is told of a line that is damaged, and is given the rest', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder);
    for (const id of ['one', 'two', 'three']) first.it.append(recordOf('a', id));
    await turn();
    damage(folder, 'two');
    const { it, given, lines, settle } = journalOn(folder);
    it.resume();
    expect(given).toEqual(['one', 'three']);
    expect(lines.map((line) => JSON.parse(line).message)).toEqual([
      'A line of the journal is damaged and cannot be published',
    ]);
    settle('one', 'three');
    await it.idle();
  });

  test('finds its way when a line is damaged after it was counted', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder);
    for (const id of ['one', 'two', 'three']) first.it.append(recordOf('a', id));
    await turn();
    const { it, given, lines, settle } = journalOn(folder);
    damage(folder, 'two');
    it.resume();
    expect(given).toEqual(['one', 'three']);
    expect(lines.join()).toContain('is damaged');
    settle('one', 'three');
    await it.idle();
    expect(it.depth).toBe(0);
  });

  test('goes on with the rest when a file of it is gone', async () => {
    const folder = folderOfTest();
    const first = journalOn(folder, { segmentBytes: 5 * LINE });
    for (const id of numbers(10, 29)) {
      first.it.append(record('a', id));
      await turn();
    }
    const { it, given } = journalOn(folder);
    const [oldest = ''] = readdirSync(folder).filter((name) => name.endsWith('.journal'));
    rmSync(join(folder, oldest));
    it.resume();
    expect(given.at(-1)).toBe('29');
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

describe('at its bound on disk, the journal', () => {
  test('drops the oldest of low value first, then the oldest, tells of each, and keeps the order of the rest', async () => {
    const folder = folderOfTest();
    const maxBytes = 100 * LINE;
    const { it, dropped } = journalOn(folder, { maxBytes, windowBytes: 0 });
    const low = new Set<string>();
    const appended: string[] = [];
    for (let i = 1000; i < 1300; i++) {
      const id = `${i}`;
      if (i < 1080 && i % 2 === 0) low.add(id);
      appended.push(id);
      it.append(recordOf(`${i % 5}`, id, { type: low.has(id) ? 'ChannelVarset' : 'Dial', filler: FILLER }));
      await turn();
      expect(it.bytes).toBeLessThanOrEqual(maxBytes + LINE);
    }
    expect(dropped.length).toBeGreaterThan(200);
    expect(new Set(dropped).size).toBe(dropped.length);
    const firstOther = dropped.findIndex((id) => !low.has(id));
    expect(dropped.slice(0, firstOther)).toEqual([...low]);
    expect(dropped.slice(firstOther)).toEqual(
      appended.filter((id) => !low.has(id)).slice(0, dropped.length - low.size),
    );
    expect(it.depth).toBe(appended.length - dropped.length);

    it.close();
    const later = journalOn(folder, { maxBytes: 1e6 });
    later.it.resume();
    expect(later.given).toEqual(appended.filter((id) => !dropped.includes(id)));
  });

  test('lets records flow through memory when nothing on disk can go, and drops what finds no room there either', async () => {
    const { it, given, dropped } = journalOn(folderOfTest(), { maxBytes: 10 * LINE, windowBytes: 20 * LINE });
    for (const id of numbers(10, 39)) {
      it.append(record('a', id));
      await turn();
    }
    expect(given).toEqual(numbers(10, 29));
    expect(dropped).toEqual(numbers(30, 39));
  });
});

describe('while the disk fails, the journal', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  /** The disk is tried again after a second. */
  const aSecondLater = (): void => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1100 });
  };

  test('says why, lets records flow through memory to its bound, drops beyond, and recovers when the disk is back', async () => {
    const folder = join(folderOfTest(), 'journal');
    writeFileSync(folder, 'this is no folder');
    const { it, given, dropped, lines, settle } = journalOn(folder, { windowBytes: 5 * LINE });
    expect(it.fault).toMatch(/EEXIST|ENOTDIR/);
    for (const id of numbers(10, 17)) it.append(record('a', id));
    await turn();
    expect(given).toEqual(numbers(10, 14));
    expect(dropped).toEqual(['15', '16', '17']);
    expect(lines.filter((line) => line.includes('The journal cannot be written'))).toHaveLength(1);

    rmSync(folder);
    mkdirSync(folder);
    aSecondLater();
    settle(...given);
    it.append(record('a', '18'));
    await turn();
    expect(it.fault).toBeUndefined();
    expect(given.at(-1)).toBe('18');
    expect(lines.at(-1)).toContain('The journal is written to disk again');
    const later = journalOn(folder);
    later.it.resume();
    expect(later.given).toEqual(['18']);
  });

  test('does not try it again at every record', async () => {
    const folder = join(folderOfTest(), 'journal');
    writeFileSync(folder, 'this is no folder');
    const { it, given } = journalOn(folder);
    const create = vi.spyOn(Segment, 'create');
    for (const id of numbers(1, 20)) {
      it.append(recordOf('a', id));
      await turn();
    }
    expect([given.length, create.mock.calls.length]).toEqual([20, 0]);
    create.mockRestore();
  });

  test.runIf(MAY_MOUNT)(
    'on a disk that is full, keeps what it has and takes it up again when there is room',
    async () => {
      const disk = smallDisk(64);
      const first = journalOn(disk.path, { windowBytes: 1e6 });
      const filler = 4000;
      for (const id of numbers(10, 39)) {
        first.it.append(recordOf('a', id, { filler }));
        await turn();
      }
      expect(first.it.fault).toMatch('ENOSPC');
      expect(first.given).toEqual(numbers(10, 39));

      disk.grow(1024);
      aSecondLater();
      for (const id of numbers(40, 49)) first.it.append(recordOf('a', id, { filler }));
      await turn();
      expect(first.it.fault).toBeUndefined();
      // What was read while the disk was full was in memory only.
      const second = journalOn(disk.path);
      second.it.resume();
      const onDisk = second.given.filter((id) => Number(id) < 40);
      expect(onDisk).toEqual(numbers(10, 9 + onDisk.length));
      expect(onDisk.length).toBeGreaterThan(5);
      expect(second.given.slice(onDisk.length)).toEqual(numbers(40, 49));
      expect(second.lines).toEqual([]);
    },
  );

  test.runIf(MAY_MOUNT)('lets no record pass those of its lane that wait on the disk', async () => {
    const disk = smallDisk(64);
    const { it, given, settle } = journalOn(disk.path, { windowBytes: 20_000 });
    for (const id of numbers(10, 19)) it.append(recordOf('a', id, { filler: 4000 }));
    await turn();
    expect(given).toEqual(numbers(10, 13));
    writeFileSync(join(disk.path, 'other'), Buffer.alloc(8192));
    expect(() => writeFileSync(join(disk.path, 'more'), Buffer.alloc(65_536))).toThrow('ENOSPC');
    settle('10', '11');
    await turn();
    it.append(recordOf('a', '20', { filler: 4000 }));
    await turn();
    expect(it.fault).toMatch('ENOSPC');
    for (let seen = 2; seen < given.length; seen++) {
      settle(given[seen] as string);
      await turn();
    }
    expect(given).toEqual(numbers(10, 20));
  });
});

describe('whatever happens', () => {
  /** What a lane was given in one life of a process has to be the beginning of what it is owed. */
  function expectOrder(given: string[], owed: Map<string, string[]>): void {
    const byLane = Map.groupBy(given, (id) => id.split('-')[0] as string);
    for (const [lane, ids] of byLane) expect(ids).toEqual((owed.get(lane) ?? []).slice(0, ids.length));
  }

  test.each([1, 2, 3, 4, 5, 6])('nothing is lost and no lane loses its order (%i)', async () => {
    const folder = folderOfTest();
    const unsettled = new Map<string, string[]>();
    const options = { windowBytes: 8 * LINE, segmentBytes: 6 * LINE, maxBytes: 1e7 };
    let life = journalOn(folder, options);
    let owed = new Map<string, string[]>();
    let settledOfLife = 0;
    let count = 0;
    const settle = (id: string): void => {
      life.settle(id);
      const lane = id.split('-')[0] as string;
      expect(unsettled.get(lane)?.shift()).toBe(id);
    };
    const settleSome = (share: number): void => {
      // As the publisher does: of each lane the first that it was given.
      const next = life.given.slice(settledOfLife);
      const kept = next.splice(Math.ceil(next.length * share));
      for (const id of next) settle(id);
      settledOfLife += next.length;
      expect(kept.length).toBeGreaterThanOrEqual(0);
    };
    for (let step = 0; step < 600; step++) {
      const dice = Math.random();
      if (dice < 0.6) {
        for (let i = Math.ceil(Math.random() * 4); i > 0; i--) {
          const lane = `${Math.floor(Math.random() * 5)}`;
          const id = `${lane}-${count++}`;
          life.it.append(recordOf(lane, id, { filler: Math.floor(Math.random() * 300) }));
          unsettled.set(lane, [...(unsettled.get(lane) ?? []), id]);
          owed.set(lane, [...(owed.get(lane) ?? []), id]);
        }
      } else if (dice < 0.95) {
        settleSome(Math.random());
      } else if (dice < 0.97) {
        life.it.checkpoint();
      } else {
        await turn();
        expectOrder(life.given, owed);
        expect(life.dropped).toEqual([]);
        if (dice < 0.985) life.it.close();
        life = journalOn(folder, options);
        owed = new Map([...unsettled].map(([lane, ids]) => [lane, [...ids]]));
        settledOfLife = 0;
        expect(life.it.depth).toBe([...unsettled.values()].flat().length);
        life.it.resume();
      }
      if (Math.random() < 0.7) await turn();
    }
    while (life.it.depth > 0) {
      await turn();
      settleSome(1);
    }
    expectOrder(life.given, owed);
    expect([...unsettled.values()].flat()).toEqual([]);
    expect(life.lines).toEqual([]);
    life.it.close();
    expect(journalOn(folder).it.depth).toBe(0);
  });

  test.each([1, 2, 3])(
    'at its bound, every record is either given on, in its order, or told to be dropped (%i)',
    async () => {
      const life = journalOn(folderOfTest(), { windowBytes: 8 * LINE, maxBytes: 60 * LINE });
      const appended = new Map<string, string[]>();
      let settled = 0;
      for (let count = 0; count < 1500; count++) {
        const lane = `${Math.floor(Math.random() * 5)}`;
        const id = `${lane}-${count}`;
        life.it.append(record(lane, id, Math.random() < 0.5 ? 'ChannelVarset' : 'Dial'));
        appended.set(lane, [...(appended.get(lane) ?? []), id]);
        if (Math.random() < 0.5) await turn();
        if (Math.random() < 0.5 && settled < life.given.length) life.settle(life.given[settled++] as string);
      }
      while (life.it.depth > 0) {
        await turn();
        while (settled < life.given.length) life.settle(life.given[settled++] as string);
      }
      expect(life.dropped.length).toBeGreaterThan(100);
      const dropped = new Set(life.dropped);
      for (const [lane, ids] of appended) {
        expect(life.given.filter((id) => id.startsWith(`${lane}-`))).toEqual(ids.filter((id) => !dropped.has(id)));
      }
    },
  );
});
