import { timeOf } from '../lib/ari/timestamp.ts';
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
  { kind, id, node, app, type, receivedAt }: JournalRecord,
  detail: Record<string, unknown>,
): void {
  if (kind === 'event') {
    const { recovered = false } = detail.metadata as EventMetadata;
    const event = detail as AriFrame['event'];
    if (!recovered && app !== '') state.gaps.heard([app], Math.min(receivedAt, timeOf(event.timestamp) ?? receivedAt));
    const stay = stayOfEventId(node, id);
    state.observe(event, subjectOf(event), { recovered, ...(stay !== undefined && { stay }) });
  } else if (type === 'NodeConnected') {
    const { apps } = detail as unknown as ConnectorEventMap['NodeConnected'];
    state.hold(apps, receivedAt);
    // If the connection has announced its gap, that record follows.
    state.gaps.begin(apps, 'connector-restarted');
  } else if (type === 'Gap') {
    // It can have been announced later than its end, on a connection over which nothing came any more.
    const { apps, to } = detail as unknown as ConnectorEventMap['Gap'];
    state.gaps.end(apps, Date.parse(to));
  } else if (type === 'StandingDown') {
    state.release([(detail as unknown as ConnectorEventMap['StandingDown']).app]);
  }
}
