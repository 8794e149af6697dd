import type { AriError } from './errors.ts';

/** How long a channel may be on its way into its app, and the pause between two tries. */
const LIMIT_MS = 2000;
export const PAUSE_MS = 50;

/** What Asterisk says where the channel is not, not yet or no longer in an app: 409, or 422 of `bridges.addChannel`. */
export const NOT_IN_STASIS = 'Channel not in Stasis application';

const MAKERS = /^channels\.(create|externalMedia|originate(WithId)?|snoopChannel(WithId)?)$/;

/**
 * Tells refusals that pass by themselves: Asterisk answers `create`, `externalMedia` and `snoopChannel` before the
 * channel has entered its app. Of legs put into a bridge at once, every tenth was too early, of snoop channels every
 * fourth.
 */
export class TooEarly {
  /** When channels were made by this client. */
  readonly #made = new Map<string, number>();

  note(operation: string, answer: unknown): void {
    const { id } = (answer ?? {}) as { id?: unknown };
    if (!MAKERS.test(operation) || typeof id !== 'string') return;
    const now = performance.now();
    for (const [other, at] of this.#made) if (now - at > LIMIT_MS) this.#made.delete(other);
    this.#made.set(id, now);
  }

  /** @param pauses how many were made for this command already */
  mayPass({ operation, said, channelIds }: AriError, pauses: number): boolean {
    if (said !== NOT_IN_STASIS || pauses * PAUSE_MS >= LIMIT_MS) return false;
    const now = performance.now();
    // The function that puts a leg into a bridge may be another one than that which made it.
    return (
      operation === 'bridges.addChannel' || channelIds.some((id) => now - (this.#made.get(id) ?? -Infinity) < LIMIT_MS)
    );
  }
}
