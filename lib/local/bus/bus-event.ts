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
