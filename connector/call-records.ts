import { callEventEntry } from '../lib/events/entry.ts';
import type { EventMetadata } from '../lib/events/metadata.ts';
import { subjectOf } from '../lib/events/subject.ts';
import type { FramePosition, NodeState, ReadEvent } from './asterisk/index.ts';
import type { EventBus } from './event-bus.ts';
import type { EventFilter } from './event-filter.ts';
import { type JournalRecord, journalRecord } from './journal/index.ts';
import type { Metrics } from './metrics.ts';

/** The node that an event comes from. */
export interface EventOrigin {
  name: string;
  apps: ReadonlySet<string>;
  state: NodeState;
}

/** Turns Asterisk's events into records: counts, filters, numbers and encodes them. */
export class CallRecords {
  readonly #bus: EventBus;
  readonly #filter: EventFilter;
  readonly #metrics: Metrics;

  constructor(bus: EventBus, filter: EventFilter, metrics: Metrics) {
    this.#bus = bus;
    this.#filter = filter;
    this.#metrics = metrics;
  }

  /** @returns undefined for an event that is not forwarded */
  recordOf({ name, apps, state }: EventOrigin, { frame, position, recovered }: ReadEvent): JournalRecord | undefined {
    const { event } = frame;
    const app = typeof event.application === 'string' && apps.has(event.application) ? event.application : '';
    const subject = subjectOf(event);
    const { channelId, resources } = subject;
    this.#metrics.count(recovered ? 'recovered' : 'read', name, app);

    const repeated = state.isRepeated(event, channelId);
    state.observe(event, subject);
    if (repeated) return undefined;
    if (!this.#filter.passes(frame, resources, name)) {
      this.#metrics.count('filtered', name, app);
      return undefined;
    }
    const receivedAt = Date.now();
    const metadata: EventMetadata = {
      id: eventId(position),
      node: name,
      ...position,
      ...(channelId !== undefined && { channelId, ...state.next(channelId) }),
      receivedAt: iso(receivedAt),
      ...(recovered && { recovered: true }),
    };
    const lane = `${name}/${channelId ?? resources[0] ?? event.type}`;
    return journalRecord(
      { kind: 'event', id: metadata.id, node: name, app, lane, type: event.type, receivedAt },
      this.#bus.encode(callEventEntry(frame, metadata, resources)),
    );
  }
}

/** The same for every delivery of an event: its place on its connection. */
export function eventId({ connection, sequence }: FramePosition): string {
  return `${connection}-${sequence}`;
}

let lastTime = Number.NaN;
let lastIso = '';

/** Many events share a millisecond, so the last text is kept. */
function iso(time: number): string {
  if (time !== lastTime) {
    lastTime = time;
    lastIso = new Date(time).toISOString();
  }
  return lastIso;
}
