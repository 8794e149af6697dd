import { type BusEntry, entrySize } from '../../lib/events/entry.ts';
import type { Segment } from './segment.ts';

/** Where an event comes from, and how it is kept in order. */
export interface RecordOrigin {
  /** `metadata.id` of a call event; any unique id of the connector's own news. */
  id: string;
  node: string;
  /** The Stasis application, empty where the event names none. */
  app: string;
  /** Records of one lane are published in their order: those of one channel. */
  lane: string;
  type: string;
  /** When the connector read it, in epoch milliseconds. */
  receivedAt: number;
}

/** One entry on its way to the bus. */
export interface JournalRecord extends RecordOrigin {
  /** Size by AWS's formula. */
  bytes: number;
  /** The entry as PutEvents takes it, `EventBusName` left out: JSON in UTF-8. */
  entry: Buffer;
  /** The whole line, of which `entry` is a part. */
  line: Buffer;
  /** Where it stands on disk; absent while no disk takes it. */
  place?: { segment: Segment; line: number };
}

/**
 * Types that come in bulk and that no call waits for. Where there is no more room these go first.
 */
const LOW_VALUE = new Set([
  'ChannelVarset',
  'ChannelDialplan',
  'ChannelCallerId',
  'ChannelConnectedLine',
  'ChannelTalkingStarted',
  'ChannelTalkingFinished',
  'DeviceStateChanged',
  'EndpointStateChange',
  'PeerStatusChange',
  'ContactStatusChange',
]);

export function isLowValue(type: string): boolean {
  return LOW_VALUE.has(type);
}

/** Between header and entry, and nowhere in the header: there a quotation mark ends a text, and a comma follows. */
const BETWEEN = '] {"Source":';

/** Lays an entry out as a line of the journal: a JSON array that says what it is, a space, the entry's JSON. */
export function journalRecord(origin: RecordOrigin, entry: BusEntry): JournalRecord {
  const { id, node, app, lane, type, receivedAt } = origin;
  const bytes = entrySize(entry);
  const header = `${JSON.stringify([id, node, app, lane, type, receivedAt, bytes])} `;
  const { Source, DetailType, Time, Resources, Detail } = entry;
  // Within the request PutEvents takes times in epoch seconds.
  const json = JSON.stringify({ Source, DetailType, Time: Time.getTime() / 1000, Resources, Detail });
  const line = Buffer.from(`${header}${json}\n`);
  const start = Buffer.byteLength(header);
  return { id, node, app, lane, type, receivedAt, bytes, line, entry: line.subarray(start, line.length - 1) };
}

/** Reads a line, its newline included; `undefined` when it is none that `journalRecord` wrote. */
export function readRecord(line: Buffer): JournalRecord | undefined {
  const end = line.indexOf(BETWEEN);
  if (end < 0) return undefined;
  try {
    const header = JSON.parse(line.toString('utf8', 0, end + 1)) as [
      string,
      string,
      string,
      string,
      string,
      number,
      number,
    ];
    const [id, node, app, lane, type, receivedAt, bytes] = header;
    if (typeof lane !== 'string' || typeof bytes !== 'number') return undefined;
    return { id, node, app, lane, type, receivedAt, bytes, line, entry: line.subarray(end + 2, line.length - 1) };
  } catch {
    return undefined;
  }
}
