import { timeOf } from '../ari/timestamp.ts';
import type { EventMetadata } from './metadata.ts';

/** `Source` of every call event. */
export const CALL_EVENT_SOURCE = 'asterisk.ari';
/** `Source` of the connector's own news. */
export const CONNECTOR_SOURCE = 'asterisk.ari.connector';

/** One entry of EventBridge's PutEvents, the bus's name left to the publisher. */
export interface BusEntry {
  Source: string;
  DetailType: string;
  Time: Date;
  Resources: string[];
  /** JSON text of an object. */
  Detail: string;
}

/** A frame of the event WebSocket that can become an entry. */
export interface AriFrame {
  /** The text as Asterisk sent it. */
  text: string;
  /** The same, parsed. */
  event: { type: string; timestamp?: unknown } & Record<string, unknown>;
}

/** EventBridge's limit for `DetailType`, in characters. */
export const MAX_DETAIL_TYPE = 128;

/**
 * Reads a frame of the event WebSocket. EventBridge takes JSON objects only, and an event has to have a type.
 *
 * @returns the frame, or in a sentence why it cannot be an event.
 */
export function readFrame(text: string): AriFrame | { fault: string } {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    return { fault: `expected JSON, got ${(error as Error).name} at ${text.length} characters of text` };
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return { fault: `expected a JSON object, got ${Array.isArray(event) ? 'an array' : typeof event}` };
  }
  const { type } = event as { type?: unknown };
  if (typeof type !== 'string' || type === '' || type.length > MAX_DETAIL_TYPE) {
    return {
      fault: `expected a "type" of 1 to ${MAX_DETAIL_TYPE} characters, got ${String(JSON.stringify(type)).slice(0, 80)}`,
    };
  }
  return { text, event: event as AriFrame['event'] };
}

/**
 * One ARI event as one entry. `metadata` is spliced into Asterisk's own text, which is not written anew: numbers,
 * order and unknown fields stay as they were. It stands last, where a parser lets it win over a `metadata` that
 * the event brought along.
 */
export function callEventEntry({ text, event }: AriFrame, metadata: EventMetadata, resources: string[]): BusEntry {
  const end = text.lastIndexOf('}');
  return {
    Source: CALL_EVENT_SOURCE,
    DetailType: event.type,
    Time: new Date(timeOf(event.timestamp) ?? metadata.receivedAt),
    Resources: resources.map((resource) => `${metadata.node}/${resource}`),
    Detail: `${text.slice(0, end)},"metadata":${JSON.stringify(metadata)}}`,
  };
}

/** An entry of PutEvents as far as its size goes; over the wire any field may be absent or null. */
export interface SizedEntry {
  Time?: Date | number | null | undefined;
  Source?: string | null | undefined;
  DetailType?: string | null | undefined;
  Detail?: string | null | undefined;
  Resources?: readonly string[] | null | undefined;
}

/**
 * The size of an entry in bytes, by the formula that EventBridge holds its limit for a request against: 14 where `Time`
 * is given, and the UTF-8 bytes of `Source`, `DetailType`, `Detail` and each resource. `EventBusName`, `TraceHeader` and
 * the JSON around the fields do not count (EventBridge User Guide, "Calculating PutEvents event entry size").
 */
export function entrySize({ Time, Source, DetailType, Detail, Resources }: SizedEntry): number {
  let size = Time === undefined || Time === null ? 0 : 14;
  for (const text of [Source, DetailType, Detail, ...(Resources ?? [])]) size += Buffer.byteLength(text ?? '');
  return size;
}
