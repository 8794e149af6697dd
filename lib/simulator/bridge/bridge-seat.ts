import type { Channel, Frame } from '../channel/channel.ts';
import { tellOfDial } from '../dialling.ts';
import { atOnce, type Thread, type Threads } from '../threads.ts';
import type { Bridge } from './bridge.ts';

/** The cause that a channel has which has left a bridge or could not join one, until something else ends it. */
const NORMAL_CLEARING = 16;

/** A channel that cannot join a bridge has a cause as if it had left one. */
export function keepOut(channel: Channel): void {
  if (channel.hangupCause === 0) channel.hangupCause = NORMAL_CLEARING;
}

export interface SeatOptions {
  /** What others hear of it: nothing of its sound; its digits are not passed on. */
  absorbsDigits: boolean;
}

/**
 * A channel's place in a bridge, with the thread that reads the channel meanwhile: it passes on what comes in, and plays
 * what is played to the channel alone.
 */
export class BridgeSeat {
  readonly channel: Channel;
  readonly bridge: Bridge;
  readonly #threads: Threads;
  readonly #options: SeatOptions;
  /** What is to be done in the bridge's thread, one after the other. */
  readonly #actions: (() => Thread<unknown>)[] = [];
  #leaving = false;
  #isOver = false;
  #joined = false;

  constructor(channel: Channel, bridge: Bridge, threads: Threads, options: SeatOptions) {
    this.channel = channel;
    this.bridge = bridge;
    this.#threads = threads;
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Sits down.
   *
   * @param peer the other half of a Local channel, which may not sit in the same bridge
   * @param after what is done once the channel has left
   */
  *join(peer: Channel | undefined, after: (failed: boolean) => void): Thread {
    this.#threads.start(this.#sit(peer, after));
    while (!this.#joined && !this.#isOver) yield this.channel.changed;
  }

  /** Leaves, and waits until that is done. */
  *depart(): Thread {
    this.leave();
    while (!this.#isOver) yield this.channel.changed;
  }

  leave(): void {
    this.#leaving = true;
    this.channel.changed.notify();
  }

  /** Does something in the bridge's thread, and waits for its end. */
  *inTurn(action: () => Thread): Thread {
    let done = false;
    const { channel } = this;
    const threads = this.#threads;
    this.#actions.push(function* () {
      yield* action();
      done = true;
      channel.changed.notify();
      // The channel's own thread goes on first.
      yield threads.turn();
    });
    this.channel.changed.notify();
    while (!done && !this.#isOver) yield this.channel.changed;
  }

  *#sit(peer: Channel | undefined, after: (failed: boolean) => void): Thread {
    const { channel, bridge } = this;
    const failed = peer !== undefined && peer.bridgeId === bridge.id;
    if (!failed) {
      channel.publish();
      bridge.enter(channel, (write) => {
        // What comes from the bridge waits while something is played to the channel alone.
        this.#actions.push(() => atOnce(() => channel.isHungUp || write()));
        channel.changed.notify();
      });
      this.#joined = true;
      channel.changed.notify();
      // The channel's own thread goes on first.
      yield this.#threads.turn();
      yield* this.#stay();
      const isSentAway = this.#leaving && !channel.isHungUp;
      if (isSentAway || channel.hangupCause === 0) channel.hangupCause = NORMAL_CLEARING;
      channel.publish();
      bridge.leave(channel);
    } else keepOut(channel);
    this.#isOver = true;
    after(failed);
    channel.changed.notify();
  }

  *#stay(): Thread {
    const { channel } = this;
    while (!this.#leaving) {
      // After a hang-up Asterisk mostly begins nothing more here.
      const action = channel.isHungUp ? undefined : this.#actions.shift();
      if (action) {
        yield* action();
        channel.changed.notify();
      } else if (channel.isReadable) {
        const frame = channel.read();
        if (!frame) return;
        this.#pass(frame);
      } else yield channel.changed;
    }
  }

  #pass(frame: Frame): void {
    const { channel, bridge } = this;
    if (frame.type === 'control' && /^(answer|ringing|progress|busy|congestion)$/.test(frame.control)) {
      tellOfDial(channel, frame.control.toUpperCase(), '');
    }
    if (bridge.kind.holding) return;
    const others = bridge.members.filter((other) => other !== channel);
    for (const other of others) {
      if (frame.type === 'digit') {
        if (!this.#options.absorbsDigits) other.technology.digit(other, frame.digit);
      } else if (frame.type === 'control' && /^(hold|unhold|ringing|progress)$/.test(frame.control)) {
        other.indicate(frame.control);
      }
    }
  }
}
