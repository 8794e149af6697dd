/**
 * How many frames may lie between two copies of one event. Asterisk sends copies one after the other; events of other
 * channels can come between them.
 */
const REMEMBERED = 16;

/**
 * Detects the copies that Asterisk sends of one event when subscriptions of an app overlap, for example those to a channel
 * and to its endpoint: the same frame two or three times, byte for byte.
 *
 * A frame that says again what another has said of the same millisecond adds nothing, so that it need not be known whether
 * Asterisk copied it. Only user events are different: a program that sends two equal ones means two. Asterisk sends them
 * to the app once, whatever the app has subscribed to.
 */
export class FrameCopies {
  readonly #recent: string[] = Array(REMEMBERED).fill('');
  #at = 0;

  /** Remembers a frame. @returns whether it is a copy of an earlier one */
  isCopy(text: string): boolean {
    if (this.#recent.includes(text)) return !/"type": ?"ChannelUserevent"/.test(text);
    this.#recent[this.#at] = text;
    this.#at = (this.#at + 1) % REMEMBERED;
    return false;
  }
}
