import type { CallEventEnvelope } from '../events/call-event.ts';
import { nextChannelSequence } from '../events/channel-sequence.ts';
import { type AriFrame, callEventEntry, readFrame } from '../events/entry.ts';
import { eventOutcome } from '../events/outcomes.ts';
import { subjectOf } from '../events/subject.ts';

/** The node that test calls come from. */
export const NODE = 'pbx-1';
const CONNECTION = 'test-connection';

/** Turns each event of Asterisk into the input of a Lambda function, numbered as the connector numbers events. */
export class TestBus {
  readonly #channels = new Map<string, { last?: number; callId?: string }>();
  #sequence = 0;

  envelopeOf(event: object, now: Date): CallEventEnvelope {
    const frame = readFrame(JSON.stringify(event)) as AriFrame;
    const { channelId, callId, resources } = subjectOf(frame.event);
    const outcome = eventOutcome(frame.event, channelId);
    this.#sequence += 1;
    const metadata = {
      id: `${CONNECTION}-${this.#sequence}`,
      node: NODE,
      connection: CONNECTION,
      sequence: this.#sequence,
      ...(channelId !== undefined && { channelId, ...this.#next(channelId, callId, frame.event.timestamp) }),
      receivedAt: now.toISOString(),
      ...(outcome && { outcome }),
    };
    const entry = callEventEntry(frame, metadata, resources);
    return {
      version: '0',
      id: `bus-${this.#sequence}`,
      source: entry.Source,
      'detail-type': entry.DetailType,
      account: '123456789012',
      region: 'us-east-1',
      time: entry.Time.toISOString(),
      resources: entry.Resources,
      detail: JSON.parse(entry.Detail) as CallEventEnvelope['detail'],
    };
  }

  /** Not every event of a channel has its call id: it is remembered from those that do. */
  #next(
    channelId: string,
    callId: string | undefined,
    timestamp: unknown,
  ): { channelSequence: number; callId?: string } {
    const channel = this.#channels.get(channelId) ?? {};
    this.#channels.set(channelId, channel);
    const channelSequence = nextChannelSequence(channel.last, timestamp, channel.last === undefined);
    channel.last = channelSequence;
    if (callId !== undefined) channel.callId = callId;
    return { channelSequence, ...(channel.callId !== undefined && { callId: channel.callId }) };
  }
}
