import type { Channel } from '../channel/channel.ts';
import type { Clock } from '../clock.ts';

/** A queue of queues.conf, by Asterisk's own names. */
export interface QueueOptions {
  /** Endpoints: `['PJSIP/1001', 'PJSIP/1002']`. */
  members: readonly string[];
  /** All that are free at once, or one after the other. @default 'ringall' */
  strategy?: 'ringall' | 'rrmemory';
  /** Seconds that members ring. @default 15 */
  timeout?: number;
  /** Seconds before they ring again. @default 5 */
  retry?: number;
  /** Seconds that a member has after a call. @default 0 */
  wrapuptime?: number;
  /** Whether `MEMBERINTERFACE` says who answered. @default false */
  setinterfacevar?: boolean;
}

/** The callers who wait in a queue, and the members who are free. */
export class CallQueue {
  readonly options: QueueOptions;
  readonly #clock: Clock;
  readonly #waiting: Channel[] = [];
  readonly #busy = new Set<string>();
  /** Callers for whom members ring. */
  readonly #ringing = new Set<Channel>();
  /** The member that rang last. */
  #last: string | undefined;

  constructor(options: QueueOptions, clock: Clock) {
    this.options = options;
    this.#clock = clock;
  }

  enter(channel: Channel): void {
    this.#waiting.push(channel);
  }

  leave(channel: Channel): void {
    this.#waiting.splice(this.#waiting.indexOf(channel), 1);
    this.#ringing.delete(channel);
    this.#tell();
  }

  /** From 1. */
  position(channel: Channel): number {
    return this.#waiting.indexOf(channel) + 1;
  }

  /** Whom a caller may ring now: nobody while somebody who came before waits for a member too. */
  free(channel: Channel): string[] {
    const next = this.#waiting.find((each) => !this.#ringing.has(each));
    if (next !== channel) return [];
    const free = this.#afterLast.filter((member) => !this.#busy.has(member));
    return this.options.strategy === 'rrmemory' ? free.slice(0, 1) : free;
  }

  /** They ring for a caller, or talk, and no other caller rings them. */
  take(channel: Channel, members: readonly string[]): void {
    for (const member of members) this.#busy.add(member);
    this.#ringing.add(channel);
    this.#last = members.at(-1);
    this.#tell();
  }

  /** A caller waits again whom nobody has answered. */
  waitsAgain(channel: Channel): void {
    this.#ringing.delete(channel);
  }

  /** They are free again, after these seconds. */
  release(members: readonly string[], seconds = 0): void {
    const free = (): void => {
      for (const member of members) this.#busy.delete(member);
      this.#tell();
    };
    if (seconds > 0) this.#clock.after(1000 * seconds, free);
    else free();
  }

  get #afterLast(): string[] {
    const { members } = this.options;
    const at = this.#last === undefined ? 0 : members.indexOf(this.#last) + 1;
    return [...members.slice(at), ...members.slice(0, at)];
  }

  #tell(): void {
    for (const channel of this.#waiting) channel.changed.notify();
  }
}
