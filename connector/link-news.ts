import type { ConnectorEventMap, ConnectorEventType } from '../lib/events/connector-event.ts';
import type { LinkEvent } from './asterisk/index.ts';

/** News of the connector, and its detail. */
export type News = { [T in ConnectorEventType]: { type: T; detail: ConnectorEventMap[T] } }[ConnectorEventType];

/** The news that the bus gets of what happens between Asterisk and the connector; undefined where it is no news. */
export function newsOf(node: string, event: LinkEvent): News | undefined {
  switch (event.kind) {
    case 'connected': {
      const { apps, connection } = event;
      return { type: 'NodeConnected', detail: { node, apps, connection } };
    }
    case 'disconnected': {
      const { apps, connection, reason } = event;
      return { type: 'NodeDisconnected', detail: { node, apps, connection, reason } };
    }
    case 'replaced': {
      const { app, connection } = event;
      return { type: 'StandingDown', detail: { node, app, connection } };
    }
    case 'taking': {
      const { apps, from } = event;
      return { type: 'TakingOver', detail: { node, apps, from } };
    }
    case 'taken': {
      const { app, takesBackAt } = event;
      return {
        type: 'AppTaken',
        detail: { node, app, ...(takesBackAt !== undefined && { takesBackAt: iso(takesBackAt) }) },
      };
    }
    case 'gap': {
      const { apps, connection, cause, from, to } = event;
      const times = { ...(from !== undefined && { from: iso(from) }), to: iso(to) };
      return { type: 'Gap', detail: { node, apps, ...times, cause, connection } };
    }
    default:
      return undefined;
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
