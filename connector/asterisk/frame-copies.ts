import { subjectOf } from '../../lib/events/subject.ts';

/** How many frames may lie between two copies of one event, where they are events of other channels. */
const REMEMBERED = 16;

/**
 * Detects the copies that Asterisk sends of one event when subscriptions of an app overlap, for example those to a channel
 * and to its endpoint: the same frame two or three times in a row, byte for byte. Events of other channels can come between
 * them.
 *
 * A frame that says again what the channel's last one has said of the same millisecond adds nothing, so that it need not be
 * known whether Asterisk copied it. Only user events are different: a program that sends two equal ones means two. Asterisk
 * sends them to the app once, whatever the app has subscribed to.
 */
export class FrameCopies {
  readonly #recent: string[] = [];

  /** Remembers a frame. @returns whether it is a copy of an earlier one */
  isCopy(text: string): boolean {
    const at = this.#recent.lastIndexOf(text);
    const isCopy = at >= 0 && isCopyAfter(text, this.#recent.slice(at + 1));
    this.#recent.push(text);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    return isCopy;
  }
}

/** @param between the frames between the two equal ones */
function isCopyAfter(text: string, between: readonly string[]): boolean {
  if (/"type": ?"ChannelUserevent"/.test(text)) return false;
  if (between.length === 0) return true;
  try {
    const { channelId } = subjectOf(JSON.parse(text));
    return channelId !== undefined && !between.some((other) => other.includes(`"${channelId}"`));
  } catch {
    return false;
  }
}
