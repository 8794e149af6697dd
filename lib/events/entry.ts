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
const MAX_DETAIL_TYPE = 128;

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

/**
 * What PutEvents counts an entry as, in bytes: 14 for `Time`, and the UTF-8 bytes of `Source`, `DetailType`,
 * `Detail` and each resource (EventBridge User Guide, "Calculating PutEvents event entry size").
 */
export function entrySize({ Source, DetailType, Detail, Resources }: BusEntry): number {
  return [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 14);
}

let lastTimestamp = '';
let lastTime = Number.NaN;

/**
 * Reads a time as Asterisk writes it, `2026-11-23T08:24:51.242+0000`: an offset without its colon. In epoch milliseconds.
 */
export function timeOf(timestamp: unknown): number | undefined {
  if (typeof timestamp !== 'string') return undefined;
  // Many events share a millisecond.
  if (timestamp !== lastTimestamp) {
    lastTimestamp = timestamp;
    lastTime = Date.parse(timestamp.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  }
  return Number.isNaN(lastTime) ? undefined : lastTime;
}
