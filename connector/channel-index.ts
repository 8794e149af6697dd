/** What the connector knows of a channel of one node. */
interface KnownChannel {
  callId?: string;
  /** How many of its events were forwarded. */
  forwarded: number;
}

/** More than any Asterisk holds at once. Beyond it the channels longest without an event are forgotten. */
const MAX_CHANNELS = 50_000;

/** Numbers each channel's events, and remembers its call for events that do not name it. One per node. */
export class ChannelIndex {
  /** In the order of their last event. */
  readonly #channels = new Map<string, KnownChannel>();

  /** Notes one more event of the channel. */
  next(channelId: string, callId: string | undefined): { channelSequence: number; callId?: string } {
    const channel = this.#channels.get(channelId) ?? { forwarded: 0 };
    channel.forwarded += 1;
    if (callId !== undefined) channel.callId = callId;
    this.#channels.delete(channelId);
    this.#channels.set(channelId, channel);
    if (this.#channels.size > MAX_CHANNELS) this.#channels.delete(this.#channels.keys().next().value as string);
    return {
      channelSequence: channel.forwarded,
      ...(channel.callId !== undefined && { callId: channel.callId }),
    };
  }
}
