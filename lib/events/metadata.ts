/** What the connector adds to an event's detail, under the key `metadata`. */
export interface EventMetadata {
  /** Identity of this event, the same on every redelivery. The bus's own `id` is not. */
  id: string;
  /** The operator's name for the Asterisk server. */
  node: string;
  /** The WebSocket connection that the event came over; a new one after every reconnect. */
  connection: string;
  /** Its number on that connection, from 1, in the order in which Asterisk sent them. */
  sequence: number;
  /** The channel that the event concerns, found also where the event only names a playback or a recording. */
  channelId?: string;
  /**
   * Its number among this channel's forwarded events: from 1, without gaps for as long as one connector holds the app.
   * Where another one takes over, the numbers go on far ahead, from the microseconds since 1970.
   */
  channelSequence?: number;
  /** Asterisk's `linkedid`, the same for all legs of a call, where ari.conf has `channelvars = CHANNEL(linkedid)`. */
  callId?: string;
  /** When the connector read the event, ISO 8601 in UTC with milliseconds. */
  receivedAt: string;
  /** Present where the connector rebuilt the event after a gap: Asterisk never sent it. */
  recovered?: true;
}
