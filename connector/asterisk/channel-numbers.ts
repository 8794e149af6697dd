import { nextChannelSequence } from '../../lib/events/channel-sequence.ts';

/** More than an Asterisk holds at once. Beyond it, the channel that had the first event is forgotten first. */
const MAX_CHANNELS = 50_000;

/** Numbers the events of each channel of a node. Nothing is stored: another process continues by Asterisk's time. */
export class ChannelNumbers {
  /** In the order of their first number. */
  readonly #channels = new Map<string, { last: number; connection: string }>();
  /** The greatest number of a channel that was forgotten: it is numbered on, whatever Asterisk's clock did meanwhile. */
  #forgotten = 0;

  /** The number of a channel's next event, which came over the connection. */
  next(channelId: string, timestamp: unknown, connection: string): number {
    const known = this.#channels.get(channelId);
    const last = nextChannelSequence(known?.last ?? this.#forgotten, timestamp, known?.connection !== connection);
    if (known) {
      known.last = last;
      known.connection = connection;
      return last;
    }
    this.#channels.set(channelId, { last, connection });
    if (this.#channels.size > MAX_CHANNELS) this.#forgetOldest();
    return last;
  }

  #forgetOldest(): void {
    for (const [id, { last }] of this.#channels) {
      this.#channels.delete(id);
      this.#forgotten = Math.max(this.#forgotten, last);
      return;
    }
  }
}
