/**
 * What the journal's file format costs beside the library that would fit: each event written before it is published
 * and taken out when it was accepted, in batches, by segment files and by node:sqlite (WAL, not flushed, as they are).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Segment } from '../../connector/journal/segment.ts';

const EVENTS = 100_000;
const BATCH = 20;
const ROUNDS = 3;
const LINE = Buffer.from(`${'x'.repeat(1299)}\n`);
const LINES = Array.from({ length: BATCH }, () => LINE);

export async function bench(): Promise<object> {
  const ways = { segment: bySegment, sqlite: bySqlite };
  const figures = Object.entries(ways).map(([name, way]) => [name, way, [] as number[]] as const);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [, way, times] of figures) times.push(timed(way));
  }
  const micros = Object.fromEntries(
    figures.map(([name, , times]) => [name, Number((times.toSorted((a, b) => a - b)[1] as number).toFixed(2))]),
  );
  return { node: process.version, eventsPerRound: EVENTS, batch: BATCH, 'microseconds per event': micros };
}

function timed(way: (folder: string) => void): number {
  const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
  try {
    const began = performance.now();
    way(folder);
    return ((performance.now() - began) * 1000) / EVENTS;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bySegment(folder: string): void {
  const segment = Segment.create(folder, { node: 'pbx-1', number: 1 });
  for (let done = 0; done < EVENTS; done += BATCH) {
    const first = segment.append(LINES);
    for (let line = first; line < first + BATCH; line++) segment.settle(line);
    segment.writeSettled();
  }
  segment.close();
}

function bySqlite(folder: string): void {
  const database = new DatabaseSync(join(folder, 'journal.db'));
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE j (id INTEGER PRIMARY KEY, line BLOB)',
  );
  const insert = database.prepare('INSERT INTO j (line) VALUES (?)');
  const remove = database.prepare('DELETE FROM j WHERE id = ?');
  let id = 0;
  for (let done = 0; done < EVENTS; done += BATCH) {
    database.exec('BEGIN');
    for (const line of LINES) insert.run(line);
    database.exec('COMMIT; BEGIN');
    for (let i = 0; i < BATCH; i++) remove.run(++id);
    database.exec('COMMIT');
  }
  database.close();
}
