import type { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import type { Trace } from './trace/index.ts';

/** An active call of a phone: one that was placed here, or one to a phone that an app calls. */
export interface PhoneCall {
  channelId: string;
  /** The id of its call in the trace. */
  call: string;
  /** The caller's name; of a called phone its endpoint, such as `PJSIP/1002`. */
  name: string;
  /** The extension that was called; absent where an app calls the phone. */
  extension?: string;
  /** Asterisk's channel state: `Ring` of a caller, `Ringing` of a called phone, `Up`, … */
  state: string;
}

/** Channels of phones: `PJSIP/1002-00000003`. */
const CALLED = /^((?:PJSIP|SIP|IAX2|DAHDI)\/.+)-[0-9a-f]+$/i;

/**
 * The other end of a simulated Asterisk's lines: callers, and the phones that apps call. Each action is a step of its
 * call. A called phone rings until it answers or declines here, or Asterisk gives up.
 */
export class Phone {
  readonly #asterisk: SimulatedAsterisk;
  readonly #trace: Trace;
  readonly #placed = new Map<string, { name: string; extension: string }>();
  /** The extensions that can be called. */
  readonly extensions: readonly string[];

  constructor(asterisk: SimulatedAsterisk, extensions: readonly string[], trace: Trace) {
    this.#asterisk = asterisk;
    this.#trace = trace;
    this.extensions = extensions;
  }

  /** The active calls: first those placed here, then the called phones, each in the order in which they began. */
  get calls(): PhoneCall[] {
    const { channels } = this.#asterisk;
    const states = new Map(channels.map(({ id, state }) => [id, state]));
    for (const id of this.#placed.keys()) if (!states.has(id)) this.#placed.delete(id);
    const placed = [...this.#placed].map(([channelId, call]) => ({
      channelId,
      call: this.#trace.callOf(channelId),
      ...call,
      state: states.get(channelId) ?? '',
    }));
    return [...placed, ...channels.flatMap((channel) => this.#called(channel))];
  }

  /**
   * @returns the channel's id
   * @throws when nothing is subscribed to the extension's app
   */
  dial(extension: string, { name, number }: { name: string; number: string }): string {
    const channelId = this.#asterisk.dial(extension, { name, number });
    if (channelId === undefined) throw new Error('Asterisk rejected the call: no WebSocket is connected for its app');
    this.#trace.onCaller(`${name} calls ${extension}`, channelId);
    this.#placed.set(channelId, { name, extension });
    return channelId;
  }

  /** A called phone answers. @throws when it does not ring */
  answer(channelId: string): void {
    this.#trace.onCaller(`${this.#ringing(channelId)} answers`, channelId);
    this.#asterisk.pickUp(channelId);
  }

  /**
   * A called phone does not answer.
   *
   * @param cause the cause of Q.850: 21 declined, 17 busy. @default 21
   * @throws when it does not ring
   */
  decline(channelId: string, cause = 21): void {
    const how = cause === 21 ? 'declines' : cause === 17 ? 'is busy' : `declines with cause ${cause}`;
    this.#trace.onCaller(`${this.#ringing(channelId)} ${how}`, channelId);
    this.#asterisk.decline(channelId, cause);
  }

  /** @throws when the call is over, still rings a called phone, or is not one of this phone's */
  press(channelId: string, digit: string): void {
    const { name, state } = this.#find(channelId);
    if (state === 'Ringing') throw new Error(`${name} rings: expected it to answer before it presses digits`);
    this.#trace.onCaller(`${name} presses ${digit}`, channelId);
    this.#asterisk.pressDigit(channelId, digit);
  }

  /** @throws when the call is over, or is not one of this phone's */
  hangUp(channelId: string): void {
    const { name, state } = this.#find(channelId);
    if (state === 'Ringing') {
      this.decline(channelId);
      return;
    }
    this.#trace.onCaller(`${name} hangs up`, channelId);
    this.#asterisk.hangUp(channelId);
  }

  /** A channel that was created and is not dialled yet rings nowhere. */
  #called({ id: channelId, name: channel, state }: SimulatedAsterisk['channels'][number]): PhoneCall[] {
    const name = CALLED.exec(channel)?.[1];
    if (name === undefined || state === 'Down' || this.#placed.has(channelId)) return [];
    return [{ channelId, call: this.#trace.callOf(channelId), name, state }];
  }

  #ringing(channelId: string): string {
    const { name, state } = this.#find(channelId);
    if (state !== 'Ringing') throw new Error(`Expected a phone that rings, got ${name}, which is ${state}`);
    return name;
  }

  #find(channelId: string): PhoneCall {
    const call = this.calls.find((candidate) => candidate.channelId === channelId);
    if (!call) throw new Error(`The call ${channelId} is over, or is not one of the simulated phones`);
    return call;
  }
}
