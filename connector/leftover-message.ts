import { gunzipSync, gzipSync } from 'node:zlib';
import { isJsonObject, parseJsonObject } from '../lib/json.ts';
import { type JournalRecord, readRecord } from './journal/index.ts';

/** SQS takes 256 KiB in every region and for every queue. */
const MAX_MESSAGE_BYTES = 256 * 1024;
/** How many bytes of records are put into one message: compressed, that is a tenth of it as a rule. */
const BATCH_BYTES = 1024 * 1024;

/** What a stopped connector leaves to another one: events, or how many of which node it could not hand over. */
export type LeftoverContent = { records: JournalRecord[] } | { dropped: Record<string, number> };

/** A message, and the records that are in it. */
export interface LeftoverMessage {
  /** Undefined where a record is too large for a message. */
  body: string | undefined;
  records: JournalRecord[];
}

/** Packs records into messages, in their order. */
export function* leftoverMessages(records: Iterable<JournalRecord>): Generator<LeftoverMessage> {
  let batch: JournalRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    batch.push(record);
    bytes += record.line.length;
    if (bytes < BATCH_BYTES) continue;
    yield* packed(batch);
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield* packed(batch);
}

function* packed(records: JournalRecord[]): Generator<LeftoverMessage> {
  // Base64, as SQS does not take every character.
  const body = JSON.stringify({
    records: gzipSync(Buffer.concat(records.map(({ line }) => line)), { level: 1 }).toString('base64'),
  });
  if (body.length <= MAX_MESSAGE_BYTES) yield { body, records };
  else if (records.length === 1) yield { body: undefined, records };
  else {
    const half = records.length >> 1;
    yield* packed(records.slice(0, half));
    yield* packed(records.slice(half));
  }
}

/** A message that says how many events of which node were neither published nor handed over. */
export function droppedMessage(dropped: ReadonlyMap<string, number>): string {
  return JSON.stringify({ dropped: Object.fromEntries(dropped) });
}

/**
 * Reads what `leftoverMessages` or `droppedMessage` wrote.
 *
 * @throws where they did not write it
 */
export function readLeftovers(body: string): LeftoverContent {
  const { records, dropped } = parseJsonObject(body) ?? {};
  if (isJsonObject(dropped)) return { dropped: dropped as Record<string, number> };
  if (typeof records !== 'string') throw new Error(`expected "records" or "dropped", got ${body.slice(0, 80)}`);
  const data = gunzipSync(Buffer.from(records, 'base64'));
  const read: JournalRecord[] = [];
  for (let start = 0; start < data.length; ) {
    const end = data.indexOf('\n', start) + 1;
    const record = readRecord(data.subarray(start, end));
    if (end === 0 || !record) throw new Error('expected lines of a journal');
    read.push(record);
    start = end;
  }
  return { records: read };
}
