import type { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import type { Trace } from './trace/index.ts';

/** An active call that was placed here. */
export interface PhoneCall {
  channelId: string;
  name: string;
  extension: string;
  /** Asterisk's channel state: `Ring`, `Up`, … */
  state: string;
}

/** Callers of a simulated Asterisk: each of their actions is a step of their call. */
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

  /** The active calls, in the order in which they were placed. */
  get calls(): PhoneCall[] {
    const channels = new Map(this.#asterisk.channels.map(({ id, state }) => [id, state]));
    for (const id of this.#placed.keys()) if (!channels.has(id)) this.#placed.delete(id);
    return [...this.#placed].map(([channelId, placed]) => ({
      channelId,
      ...placed,
      state: channels.get(channelId) ?? '',
    }));
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

  /** @throws when the call is over, or was not placed here */
  press(channelId: string, digit: string): void {
    this.#trace.onCaller(`${this.#nameOf(channelId)} presses ${digit}`, channelId);
    this.#asterisk.pressDigit(channelId, digit);
  }

  /** @throws when the call is over, or was not placed here */
  hangUp(channelId: string): void {
    this.#trace.onCaller(`${this.#nameOf(channelId)} hangs up`, channelId);
    this.#asterisk.hangUp(channelId);
  }

  #nameOf(channelId: string): string {
    const call = this.calls.find((candidate) => candidate.channelId === channelId);
    if (!call) throw new Error(`The call ${channelId} is over, or was not placed here`);
    return call.name;
  }
}
