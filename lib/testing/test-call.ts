import type { Channel } from '../ari/generated/model.ts';
import type { AriEventType, CallEvent } from '../events/call-event.ts';

/** What a call asks of the PBX that it was placed at. */
export interface CallDesk {
  /** The channel as Asterisk has it now; `undefined` once it is gone. */
  channel(id: string): Channel | undefined;
  /** The bridge that it sits in. */
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
 * A call and its caller. What the caller does resolves when every handler is done with what came of it.
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

  /** Whether it was answered, and is not over. */
  get isUp(): boolean {
    return this.#desk.channel(this.id)?.state === 'Up';
  }

  /** Whether it was hung up, by whomever. */
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

  /** The id of the bridge that the caller sits in. */
  get bridge(): string | undefined {
    return this.#desk.bridgeOf(this.id);
  }

  /** All media that began to play to the caller, in their order: `['sound:hello-world', …]`. */
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
   * The caller listens until the playback has played to its end. What follows it may play already.
   *
   * @throws where nothing plays
   */
  playbackEnds(): Promise<void> {
    return this.#desk.endPlayback(this.id);
  }
}
