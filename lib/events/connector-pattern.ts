import type { AnyOf, AriPattern } from './ari-pattern.ts';
import type { ConnectorEventType } from './connector-event.ts';
import { CONNECTOR_SOURCE } from './entry.ts';

/**
 * The connector's own events to route: every given field must match, a list matches any of its values.
 *
 * @example
 * const fields: ConnectorPatternFields = { type: ['NodeConnected', 'Gap'], node: 'pbx-1' };
 */
export interface ConnectorPatternFields {
  /** The event's type, or a call handler, for all types of the connector that it has functions for. @default all types */
  type?: AnyOf<ConnectorEventType> | { readonly connectorEventTypes: readonly ConnectorEventType[] };
  /** The operator's name for the Asterisk server. @default all nodes */
  node?: AnyOf<string>;
}

/**
 * The event pattern for the connector's own events.
 *
 * @example
 * connectorPattern({ type: 'Gap', node: 'pbx-1' })
 * // { source: ['asterisk.ari.connector'], 'detail-type': ['Gap'], detail: { node: ['pbx-1'] } }
 */
export function connectorPattern({ type, node }: ConnectorPatternFields = {}): AriPattern {
  return {
    source: [CONNECTOR_SOURCE],
    ...(type !== undefined && { 'detail-type': typesOf(type) }),
    ...(node !== undefined && { detail: { node: [node].flat() } }),
  };
}

function typesOf(type: NonNullable<ConnectorPatternFields['type']>): ConnectorEventType[] {
  if (typeof type === 'string') return [type];
  return 'connectorEventTypes' in type ? [...type.connectorEventTypes] : [...type];
}
