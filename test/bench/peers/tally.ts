/** The fields of an event that the tally reads. */
export interface TalliedEvent {
  type: string;
  userevent?: { n?: string; sentAt?: string };
  variable?: string;
  value?: string;
}

export interface TallyReport {
  /** All events, each as often as it came. */
  delivered: number;
  /** Different numbers of the burst, and of the user events. */
  burst: number;
  calm: number;
  /** Numbers that came after a later one of their kind. */
  outOfOrder: number;
  /** From the command that made Asterisk send a user event until the event was here, in milliseconds. */
  latencies: number[];
}

/** Numbers of one kind. */
class Numbers {
  readonly seen = new Set<number>();
  outOfOrder = 0;
  #last = -1;

  add(n: number): void {
    if (this.seen.has(n)) return;
    if (n < this.#last) this.outOfOrder += 1;
    this.seen.add(n);
    this.#last = Math.max(this.#last, n);
  }
}

/** Counts what has come: the burst numbers its events by the variable `i`, user events have `n` and the time they were made at. */
export class Tally {
  readonly #burst = new Numbers();
  readonly #calm = new Numbers();
  readonly #latencies: number[] = [];
  #delivered = 0;

  accept({ type, userevent, variable, value }: TalliedEvent): void {
    this.#delivered += 1;
    if (type === 'ChannelVarset' && variable === 'i') this.#burst.add(Number(value));
    if (userevent?.n === undefined) return;
    this.#calm.add(Number(userevent.n));
    // The monotonic clock is the same in all processes of a machine.
    this.#latencies.push(Number(process.hrtime.bigint() - BigInt(userevent.sentAt ?? 0)) / 1e6);
  }

  get report(): TallyReport {
    return {
      delivered: this.#delivered,
      burst: this.#burst.seen.size,
      calm: this.#calm.seen.size,
      outOfOrder: this.#burst.outOfOrder + this.#calm.outOfOrder,
      latencies: this.#latencies,
    };
  }
}
