import { timeOf } from '../ari/timestamp.ts';
import type { EventMetadata } from './metadata.ts';

/** `Source` of every call event. */
export const CALL_EVENT_SOURCE = 'asterisk.ari';
/** `Source` of the connector's own events. */
export const CONNECTOR_SOURCE = 'asterisk.ari.connector';

/** One entry of EventBridge's PutEvents, without the bus's name, which the publisher adds. */
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
 * Reads a frame of the event WebSocket. EventBridge accepts JSON objects only, and an event must have a type.
 *
 * @returns the frame, or a sentence with the reason why it cannot be an event.
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
 * One ARI event as one entry. `metadata` is inserted into Asterisk's own text, which is not serialized again: numbers,
 * order and unknown fields do not change. It comes last, so that for a parser it replaces a `metadata` of the event.
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

/** The fields of a PutEvents entry that count for its size; in a request any of them may be absent or null. */
export interface SizedEntry {
  Time?: Date | number | null | undefined;
  Source?: string | null | undefined;
  DetailType?: string | null | undefined;
  Detail?: string | null | undefined;
  Resources?: readonly string[] | null | undefined;
}

/**
 * The size of an entry in bytes, by the formula that EventBridge uses for its limit of a request: 14 where `Time`
 * is given, and the UTF-8 bytes of `Source`, `DetailType`, `Detail` and each resource. `EventBusName`, `TraceHeader` and
 * the JSON around the fields do not count (EventBridge User Guide, "Calculating PutEvents event entry size").
 */
export function entrySize({ Time, Source, DetailType, Detail, Resources }: SizedEntry): number {
  let size = Time === undefined || Time === null ? 0 : 14;
  for (const text of [Source, DetailType, Detail, ...(Resources ?? [])]) size += Buffer.byteLength(text ?? '');
  return size;
}
