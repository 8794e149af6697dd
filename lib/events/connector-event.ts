import { type BusEntry, CONNECTOR_SOURCE } from './entry.ts';

/**
 * What a gap came from:
 *
 *  - `network`: the connection broke, or stood still;
 *  - `asterisk-restarted`: Asterisk itself started anew, and no call of before is left;
 *  - `connector-restarted`: there was no connector;
 *  - `connector-silent`: another connector held the app, and did not answer any more.
 */
export type GapCause = 'network' | 'asterisk-restarted' | 'connector-restarted' | 'connector-silent';

/** The connector's own news, by `DetailType`, each with its detail. Times are ISO 8601 in UTC. */
export interface ConnectorEventMap {
  /** A connector has begun to look after the node. `instance` tells it from others. */
  ConnectorStarted: { node: string; apps: string[]; instance: string };
  /** The event WebSocket of a node is open and its apps are registered. */
  NodeConnected: { node: string; apps: string[]; connection: string };
  /** It closed, or stopped answering. Calls that enter Stasis now are refused by Asterisk until it is back. */
  NodeDisconnected: { node: string; apps: string[]; connection: string; reason: string };
  /**
   * Events may have been missed between two times: Asterisk never repeats them. `connection` is the one that ended the
   * gap; `from` is absent where nobody knows. Channels that entered or left meanwhile follow as `StasisStart` and
   * `StasisEnd` with `metadata.recovered`.
   */
  Gap: { node: string; apps: string[]; connection: string; from?: string; to: string; cause: GapCause };
  /** A frame that is no event, or an event that EventBridge finally refused: it is a dead letter. */
  EventRejected: { node: string; id: string; type?: string; reason: string };
  /** Events that found no room to wait for EventBridge: they reached nobody. */
  EventsDropped: { node: string; count: number; reason: string };
  /** Another connector has taken over the app. */
  StandingDown: { node: string; app: string; connection: string };
}

export type ConnectorEventType = keyof ConnectorEventMap;

/** One piece of news as an entry for the bus. */
export function connectorEntry<T extends ConnectorEventType>(
  type: T,
  detail: ConnectorEventMap[T],
  time = new Date(),
): BusEntry {
  return {
    Source: CONNECTOR_SOURCE,
    DetailType: type,
    Time: time,
    Resources: [detail.node],
    Detail: JSON.stringify(detail),
  };
}
