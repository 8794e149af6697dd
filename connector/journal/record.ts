import type { Segment } from './segment.ts';

/** The origin of an entry, and the lane that keeps it in order. */
export interface RecordOrigin {
  /** An event of Asterisk, or the connector's own news. */
  kind: 'event' | 'news';
  /** `metadata.id` of an event; a unique id of news. */
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
  /** The entry's size as the bus counts it. */
  bytes: number;
  /** The entry as the bus encoded it, in UTF-8. */
  entry: Buffer;
  /** The whole line, of which `entry` is a part. */
  line: Buffer;
  /** Where it is on disk; absent while the disk cannot be written. */
  place?: { segment: Segment; line: number };
}

/** Very frequent types that no call handler waits for: they are dropped first when there is no room. */
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

/** Between header and entry. Neither contains it, as JSON escapes a tab. */
const SEPARATOR = '\t';

/** A record as a line of the journal: a JSON array that says what the entry is, a tab, the entry as the bus takes it. */
export function journalRecord(origin: RecordOrigin, { text, bytes }: { text: string; bytes: number }): JournalRecord {
  const { kind, id, node, app, lane, type, receivedAt } = origin;
  const header = JSON.stringify([kind, id, node, app, lane, type, receivedAt, bytes]) + SEPARATOR;
  const line = Buffer.from(`${header}${text}\n`);
  const start = Buffer.byteLength(header);
  return { kind, id, node, app, lane, type, receivedAt, bytes, line, entry: line.subarray(start, line.length - 1) };
}

type Header = [RecordOrigin['kind'], string, string, string, string, string, number, number];

/** Reads a line with its newline; undefined where `journalRecord` did not write it. */
export function readRecord(line: Buffer): JournalRecord | undefined {
  const end = line.indexOf(SEPARATOR);
  if (end < 0) return undefined;
  try {
    const [kind, id, node, app, lane, type, receivedAt, bytes] = JSON.parse(line.toString('utf8', 0, end)) as Header;
    if (typeof lane !== 'string' || typeof bytes !== 'number') return undefined;
    const entry = line.subarray(end + SEPARATOR.length, line.length - 1);
    return { kind, id, node, app, lane, type, receivedAt, bytes, line, entry };
  } catch {
    return undefined;
  }
}
