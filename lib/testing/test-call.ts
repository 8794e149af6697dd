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
  press(id: string, digits: string): Promise<void>;
  hangUp(id: string): Promise<void>;
  pickUp(id: string): Promise<void>;
  decline(id: string, cause: number): Promise<void>;
  endPlayback(id: string): Promise<void>;
}

/**
 * A channel and its far end: a caller, or a phone that a handler called. Each action of the far end resolves when every
 * handler is done with the resulting events.
 *
 * @example
 * const call = await pbx.dial('ivr');
 * await call.press('2');
 * expect(call.bridge).toBe('100');
 * @example
 * const agent = pbx.phone('PJSIP/agent');
 * await agent.answer();
 * await call.hangUp();
 * expect(agent.isOver).toBe(true);
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

  /** Whether it is a phone that rings, or is about to. */
  get isRinging(): boolean {
    return ['Down', 'Ringing'].includes(this.#desk.channel(this.id)?.state ?? '');
  }

  /** Whether it is over: hung up by either side. */
  get isOver(): boolean {
    return this.#desk.channel(this.id) === undefined;
  }

  /** Whether Asterisk has taken the call back, as no handler had claimed it in time. Known until the call is over. */
  get isRescued(): boolean {
    return this.variable('ARI_RESCUED') === 'yes';
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

  /** The far end presses digits, one after the other: `await call.press('42#')`. */
  press(digits: string): Promise<void> {
    return this.#desk.press(this.id, digits);
  }

  /**
   * The phone is answered.
   *
   * @throws where it is not being called
   */
  answer(): Promise<void> {
    return this.#desk.pickUp(this.id);
  }

  /**
   * The phone declines, or is busy.
   *
   * @param cause why, as Q.850 numbers it: 21 declined, 17 busy. @default 21
   * @throws where it is not being called
   */
  decline(cause = 21): Promise<void> {
    return this.#desk.decline(this.id, cause);
  }

  /** The far end hangs up. */
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
