import type { Channel } from '../ari/generated/model.ts';
import type { AriEventType, CallEvent } from '../events/call-event.ts';

/** What a test call needs of its PBX. */
export interface CallDesk {
  /** The channel's current state in Asterisk; `undefined` once it is gone. */
  channel(id: string): Channel | undefined;
  /** The bridge that it is in. */
  bridgeOf(id: string): string | undefined;
  /** The app that holds it. */
  appOf(id: string): string | undefined;
  isPlaying(id: string): boolean;
  variable(id: string, name: string): string | undefined;
  heard(id: string): readonly string[];
  events(id: string): readonly CallEvent[];
  press(id: string, digit: string): Promise<void>;
  hangUp(id: string): Promise<void>;
  endPlayback(id: string): Promise<void>;
}

/**
 * A call and its caller. Each action of the caller resolves when every handler is done with the resulting events.
 *
 * @example
 * const call = await pbx.dial('ivr');
 * await call.press('2');
 * expect(call.bridge).toBe('100');
 */
export class TestCall {
  /** The channel's id. */
  readonly id: string;
  readonly #desk: CallDesk;

  constructor(id: string, desk: CallDesk) {
    this.id = id;
    this.#desk = desk;
  }

  /** Whether it is answered and not over. */
  get isUp(): boolean {
    return this.#desk.channel(this.id)?.state === 'Up';
  }

  /** Whether it is over: hung up by either side. */
  get isOver(): boolean {
    return this.#desk.channel(this.id) === undefined;
  }

  /** Whether the caller hears a playback now. */
  get isPlaying(): boolean {
    return !this.isOver && this.#desk.isPlaying(this.id);
  }

  /** The app that holds the call, `undefined` where none does. */
  get app(): string | undefined {
    return this.#desk.appOf(this.id);
  }

  /** The id of the bridge that the caller is in. */
  get bridge(): string | undefined {
    return this.#desk.bridgeOf(this.id);
  }

  /** All media that started to play to the caller, in order: `['sound:hello-world', …]`. */
  get heard(): readonly string[] {
    return this.#desk.heard(this.id);
  }

  /** The channel as Asterisk shows it; `undefined` once the call is over. */
  get channel(): Channel | undefined {
    return this.#desk.channel(this.id);
  }

  /** A variable of the channel. */
  variable(name: string): string | undefined {
    return this.#desk.variable(this.id, name);
  }

  /**
   * The call's events that reached the bus, whether they were delivered or not.
   *
   * @example
   * for (const start of call.events('StasisStart')) await pbx.redeliver(start);
   */
  events<T extends AriEventType = AriEventType>(type?: T): CallEvent<T>[] {
    return this.#desk.events(this.id).filter((event) => type === undefined || event.type === type) as CallEvent<T>[];
  }

  /** The caller presses digits, one after the other: `await call.press('42#')`. */
  async press(digits: string): Promise<void> {
    for (const digit of digits) await this.#desk.press(this.id, digit);
  }

  /** The caller hangs up. */
  hangUp(): Promise<void> {
    return this.#desk.hangUp(this.id);
  }

  /**
   * Waits until the current playback has ended. The next one may have started.
   *
   * @throws where nothing is playing
   */
  playbackEnds(): Promise<void> {
    return this.#desk.endPlayback(this.id);
  }
}
