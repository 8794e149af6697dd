import type { ConnectorEventMap } from '../lib/events/connector-event.ts';
import type { AriFrame } from '../lib/events/entry.ts';
import type { EventMetadata } from '../lib/events/metadata.ts';
import { subjectOf } from '../lib/events/subject.ts';
import type { NodeState } from './asterisk/index.ts';
import { stayOfEventId } from './call-records.ts';
import type { JournalRecord } from './journal/index.ts';

/**
 * Updates a node's state with a record of an earlier process, as that process did when it wrote the record.
 *
 * @param detail the `Detail` of the record's entry
 */
export function replay(
  state: NodeState,
  { kind, id, node, type, receivedAt }: JournalRecord,
  detail: Record<string, unknown>,
): void {
  state.lastHeardAt = Math.max(state.lastHeardAt, receivedAt);
  if (kind === 'event') {
    const { recovered = false } = detail.metadata as EventMetadata;
    const event = detail as AriFrame['event'];
    const stay = stayOfEventId(node, id);
    state.observe(event, subjectOf(event), { recovered, ...(stay !== undefined && { stay }) });
  } else if (type === 'NodeConnected') {
    state.hold((detail as unknown as ConnectorEventMap['NodeConnected']).apps, receivedAt);
  } else if (type === 'StandingDown') {
    state.release([(detail as unknown as ConnectorEventMap['StandingDown']).app]);
  }
}
