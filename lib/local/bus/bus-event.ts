/** An event as rules match it and targets receive it. */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
  /** The replay that sent it. */
  'replay-name'?: string;
}

/** The text of events' details, as their senders wrote it, by the parsed detail: copies of an event share it. */
const DETAILS = new WeakMap<object, string>();

/** Keeps an event's detail as text too: parsing loses digits of large numbers, and keys that come twice. */
export function keepDetailText(event: BusEvent, text: string): BusEvent {
  DETAILS.set(event.detail, text);
  return event;
}

/** The event as JSON text, with its detail as the sender wrote it. */
export function textOf(event: BusEvent): string {
  const { detail, ...envelope } = event;
  const text = DETAILS.get(detail) ?? JSON.stringify(detail);
  return `${JSON.stringify(envelope).slice(0, -1)},"detail":${text}}`;
}

/** One entry of a PutEvents request, as the client sent it. */
export interface PutEntry {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  /** Epoch seconds. */
  Time?: number;
  Resources?: string[];
  EventBusName?: string;
  TraceHeader?: string;
}

/** The result of one entry. */
export type PutResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };
