import { callEventEntry } from '../lib/events/entry.ts';
import type { EventMetadata } from '../lib/events/metadata.ts';
import { eventOutcome } from '../lib/events/outcomes.ts';
import { subjectOf } from '../lib/events/subject.ts';
import { ChannelNumbers, type FramePosition, type NodeState, type ReadEvent } from './asterisk/index.ts';
import type { EventBus } from './event-bus.ts';
import type { EventFilter } from './event-filter.ts';
import { type JournalRecord, journalRecord } from './journal/index.ts';
import type { Metrics } from './metrics.ts';

/** The node that an event comes from. */
export class EventOrigin {
  readonly name: string;
  readonly apps: ReadonlySet<string>;
  readonly state: NodeState;
  readonly numbers = new ChannelNumbers();

  constructor(name: string, apps: Iterable<string>, state: NodeState) {
    this.name = name;
    this.apps = new Set(apps);
    this.state = state;
  }
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
  recordOf(
    { name, apps, state, numbers }: EventOrigin,
    { frame, position, recovered }: ReadEvent,
  ): JournalRecord | undefined {
    const { event } = frame;
    const app = typeof event.application === 'string' && apps.has(event.application) ? event.application : '';
    const subject = subjectOf(event);
    const { channelId, resources } = subject;
    this.#metrics.count(recovered ? 'recovered' : 'read', name, app);

    const { stay, isRepeated } = state.observe(event, subject, { recovered });
    if (isRepeated) return undefined;
    if (!this.#filter.passes(frame, resources, name)) {
      this.#metrics.count('filtered', name, app);
      return undefined;
    }
    const receivedAt = Date.now();
    const outcome = eventOutcome(event, channelId);
    const callId = channelId === undefined ? undefined : state.callOf(channelId);
    const metadata: EventMetadata = {
      id: stay === undefined ? eventId(position) : stayEventId(name, stay, event.type),
      node: name,
      ...position,
      ...(channelId !== undefined && {
        channelId,
        channelSequence: numbers.next(channelId, event.timestamp, position.connection),
      }),
      ...(callId !== undefined && { callId }),
      receivedAt: iso(receivedAt),
      ...(outcome && { outcome }),
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

/** The same for every connector that forwards or rebuilds the event: the channel's stay in the app, and which end of it. */
function stayEventId(node: string, stay: string, type: string): string {
  return `${node}-${stay}-${type === 'StasisStart' ? 'start' : 'end'}`;
}

/** The stay that `stayEventId` was given; undefined for the id of another event. */
export function stayOfEventId(node: string, id: string): string | undefined {
  return id.startsWith(`${node}-`) ? /^(.+)-(start|end)$/.exec(id.slice(node.length + 1))?.[1] : undefined;
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
