/** The object that the connector adds to an event's detail, under the key `metadata`. */
export interface EventMetadata {
  /** Identity of this event, the same on every redelivery. The bus's own `id` is not. */
  id: string;
  /** The operator's name for the Asterisk server. */
  node: string;
  /** The WebSocket connection that the event came over; a new one after every reconnect. */
  connection: string;
  /** The event's number on that connection, from 1, in the order in which Asterisk sent them. */
  sequence: number;
  /** The channel that the event concerns, also where the event itself names only a playback or a recording. */
  channelId?: string;
  /**
   * The event's number among this channel's forwarded events: from 1, without gaps while one connector holds the app.
   * When another connector takes over, the numbers continue much higher, from the microseconds since 1970.
   */
  channelSequence?: number;
  /** Asterisk's `linkedid`, the same for all legs of a call, where ari.conf has `channelvars = CHANNEL(linkedid)`. */
  callId?: string;
  /** When the connector read the event, ISO 8601 in UTC with milliseconds. */
  receivedAt: string;
  /** Present where the connector rebuilt the event after a gap: Asterisk never sent it. */
  recovered?: true;
}
