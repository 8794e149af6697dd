import { randomUUID } from 'node:crypto';
import { type ConnectorEventMap, type ConnectorEventType, connectorEntry } from '../lib/events/connector-event.ts';
import type { EventBus } from './event-bus.ts';
import { type JournalRecord, journalRecord } from './journal/index.ts';

/** The connector's own news as a record. News of one node keeps its order. */
export function newsRecord<T extends ConnectorEventType>(
  bus: EventBus,
  type: T,
  detail: ConnectorEventMap[T],
): JournalRecord {
  const { node } = detail;
  const id = randomUUID();
  return journalRecord(
    { kind: 'news', id, node, app: '', lane: node, type, receivedAt: Date.now() },
    bus.encode(connectorEntry(type, detail, id)),
  );
}
