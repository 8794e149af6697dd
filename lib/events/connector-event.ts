import { type BusEntry, CONNECTOR_SOURCE } from './entry.ts';

/** The connector's own news, by `DetailType`, each with its detail. */
export interface ConnectorEventMap {
  /** The event WebSocket of a node is open and its apps are registered. */
  NodeConnected: { node: string; apps: string[]; connection: string };
  /** It closed, or stopped answering. Calls that enter Stasis now are refused by Asterisk until it is back. */
  NodeDisconnected: { node: string; apps: string[]; connection: string; reason: string };
  /** A frame that is no event, or an event that EventBridge finally refused: it reached nobody. */
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
