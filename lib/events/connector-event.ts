import type { CallEventEnvelope } from './call-event.ts';
import { type BusEntry, CONNECTOR_SOURCE } from './entry.ts';

/**
 * The cause of a gap:
 *
 *  - `network`: the connection broke or stalled;
 *  - `asterisk-restarted`: Asterisk itself restarted, and no earlier call is left;
 *  - `connector-restarted`: no connector was running;
 *  - `connector-silent`: another connector held the app, and stopped answering;
 *  - `app-taken`: a program that is not a connector had the app.
 */
export type GapCause = 'network' | 'asterisk-restarted' | 'connector-restarted' | 'connector-silent' | 'app-taken';

/** The connector's own events, by `DetailType`, each with its detail. Times are ISO 8601 in UTC. */
export interface ConnectorEventMap {
  /** A connector has started to serve the node. `instance` distinguishes it from others. */
  ConnectorStarted: { node: string; apps: string[]; instance: string };
  /** The event WebSocket of a node is open and its apps are registered. */
  NodeConnected: { node: string; apps: string[]; connection: string };
  /** It closed, or stopped answering. Calls that enter Stasis now are refused by Asterisk until it is back. */
  NodeDisconnected: { node: string; apps: string[]; connection: string; reason: string };
  /**
   * Events may have been missed between two times: Asterisk never repeats them. `connection` is the one that ended the
   * gap; `from` is absent where it is unknown. Channels that entered or left meanwhile follow as `StasisStart` and
   * `StasisEnd` with `metadata.recovered`.
   */
  Gap: { node: string; apps: string[]; connection: string; from?: string; to: string; cause: GapCause };
  /** A frame that is not an event, or an event that EventBridge finally refused: it is now a dead letter. */
  EventRejected: { node: string; id: string; type?: string; reason: string };
  /** Events that were lost because the journal was full while they waited for EventBridge. */
  EventsDropped: { node: string; count: number; reason: string };
  /**
   * Asterisk has taken a call out of its app, since no handler had claimed it in time, and sent it to the fallback.
   * `leftAt` is when. A call that ended within milliseconds after that is not reported.
   */
  CallRescued: { node: string; app: string; channelId: string; callId?: string; leftAt: string };
  /** Asterisk has given the app to another program, as a rule to another connector. */
  StandingDown: { node: string; app: string; connection: string };
  /**
   * This connector takes apps over from others, by their `instance`, that Asterisk lists and that do not work any more: they
   * do not run, Asterisk does not reach them, or they cannot publish.
   */
  TakingOver: { node: string; apps: string[]; from: string[] };
  /**
   * That program is not a connector: the app's events do not arrive. This connector takes the app back at `takesBackAt`;
   * absent where the node's `foreign` is `leave`.
   */
  AppTaken: { node: string; app: string; takesBackAt?: string };
}

export type ConnectorEventType = keyof ConnectorEventMap;

const TYPES: Record<ConnectorEventType, true> = {
  ConnectorStarted: true,
  NodeConnected: true,
  NodeDisconnected: true,
  Gap: true,
  EventRejected: true,
  EventsDropped: true,
  CallRescued: true,
  StandingDown: true,
  TakingOver: true,
  AppTaken: true,
};

/** The names of the connector's own events. */
export const connectorEventTypes = Object.keys(TYPES) as readonly ConnectorEventType[];

/** Whether it is the name of one of the connector's own events. */
export function isConnectorEventType(type: string): type is ConnectorEventType {
  return Object.hasOwn(TYPES, type);
}

/** One of the connector's own events on the bus. */
export type ConnectorEvent<T extends ConnectorEventType = ConnectorEventType> = ConnectorEventMap[T] & {
  metadata: {
    /** Identity of this event, the same on every redelivery. The bus's own `id` is not. */
    id: string;
    /** The operator's name for the Asterisk server. */
    node: string;
  };
};

/** One of the connector's own events as EventBridge sends it to a Lambda function. */
export interface ConnectorEventEnvelope<T extends ConnectorEventType = ConnectorEventType>
  extends Omit<CallEventEnvelope, 'detail'> {
  detail: ConnectorEvent<T>;
}

/** One of the connector's own events as an entry for the bus. */
export function connectorEntry<T extends ConnectorEventType>(
  type: T,
  detail: ConnectorEventMap[T],
  id: string,
  time = new Date(),
): BusEntry {
  const { node } = detail;
  return {
    Source: CONNECTOR_SOURCE,
    DetailType: type,
    Time: time,
    Resources: [node],
    Detail: JSON.stringify({ ...detail, metadata: { id, node } }),
  };
}
