import { type JournalRecord, journalRecord, type RecordOrigin } from '../../connector/journal/record.ts';
import type { BusEntry } from '../../lib/events/entry.ts';
import { busWith } from './bus-with.ts';

const ENCODING = busWith(async () => []);

/** A record of one lane. Its `id`, which is its `Detail` as well, tells it from others. */
export function recordOf(
  lane: string,
  id: string,
  more: Partial<RecordOrigin> & { filler?: number } = {},
): JournalRecord {
  const { filler = 0, ...origin } = more;
  return journalRecord(
    { kind: 'event', id, node: 'pbx-1', app: 'a', lane, type: 'StasisStart', receivedAt: Date.now(), ...origin },
    ENCODING.encode({
      Source: 's',
      DetailType: origin.type ?? 'StasisStart',
      Time: new Date(1795422291242),
      Resources: [],
      Detail: JSON.stringify({ id, ...(filler > 0 && { filler: 'x'.repeat(filler) }) }),
    }),
  );
}

/** An entry as PutEvents takes it, read back. */
export type PutEntry = Omit<BusEntry, 'Time'> & { Time: number };

export function readEntry(entry: Buffer): PutEntry {
  return JSON.parse(entry.toString('utf8'));
}
