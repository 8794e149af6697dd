import type { AriEventMap } from '../ari/generated/model.ts';
import type { EventMetadata } from './metadata.ts';

/** Names of the ARI events in the model. Other events are forwarded to the bus as well. */
export type AriEventType = keyof AriEventMap;

/** The detail of a call event on the bus: the event as Asterisk sent it, and the connector's `metadata`. */
export type CallEvent<T extends AriEventType = AriEventType> = AriEventMap[T] & { metadata: EventMetadata };

/** An event as EventBridge sends it to a Lambda function. */
export interface CallEventEnvelope<T extends AriEventType = AriEventType> {
  version: string;
  id: string;
  source: string;
  'detail-type': string;
  account: string;
  region: string;
  time: string;
  resources: string[];
  detail: CallEvent<T>;
  /** Present on events that come from a replay of the archive. */
  'replay-name'?: string;
}
