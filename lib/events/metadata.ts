import type { EventOutcome } from './outcomes.ts';

/** The object that the connector adds to an event's detail, under the key `metadata`. */
export interface EventMetadata {
  /**
   * Identity of this event, the same on every redelivery; the bus's own `id` is not. For `StasisStart` and `StasisEnd` it is
   * also the same whichever connector forwards or rebuilds the event.
   */
  id: string;
  /** The operator's name for the Asterisk server. */
  node: string;
  /** The WebSocket connection that the event came over; a new one after every reconnect. */
  connection: string;
  /** The event's number on that connection, from 1, in the order in which Asterisk sent them. Copies have no number. */
  sequence: number;
  /** The channel that the event concerns, also where the event itself names only a playback or a recording. */
  channelId?: string;
  /**
   * Orders the channel's events: the greater number is the later event, whichever connector forwarded it. About Asterisk's
   * time in microseconds since 1970. Differences have no meaning: a missing number is not a missing event.
   */
  channelSequence?: number;
  /** Asterisk's `linkedid`, the same for all legs of a call, where ari.conf has `channelvars = CHANNEL(linkedid)`. */
  callId?: string;
  /** When the connector read the event, ISO 8601 in UTC with milliseconds. */
  receivedAt: string;
  /** Present where the event brings the outcome of a verb (docs/verbs.md): a call that is back, or over. */
  outcome?: EventOutcome;
  /** Present where the connector rebuilt the event after a gap: Asterisk never sent it. */
  recovered?: true;
}
