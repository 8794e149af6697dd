import type { EventMetadata } from '../events/metadata.ts';

/** How many channels are remembered: more than a Lambda environment handles in an hour. */
const REMEMBERED = 5000;

/** Detects late events: those of a channel for which this environment has seen a later event. */
export class ChannelOrder {
  readonly #latest = new Map<string, number>();

  /** Records an event. @returns whether a later one of its channel came before */
  isLate({ node, channelId, channelSequence }: EventMetadata): boolean {
    if (channelId === undefined || channelSequence === undefined) return false;
    const channel = `${node}/${channelId}`;
    const latest = this.#latest.get(channel) ?? 0;
    this.#latest.delete(channel);
    this.#latest.set(channel, Math.max(latest, channelSequence));
    if (this.#latest.size > REMEMBERED) this.#latest.delete(this.#latest.keys().next().value as string);
    return channelSequence < latest;
  }
}
