import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The longest wait of TCP before it sends again what was not acknowledged. */
const RETRANSMISSION_MS = 1000;

/** The network between hosts: each pair can be cut, or slow. Nothing that is sent over a connection is lost, but it waits. */
export class Network {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #cut = new Map<string, number>();
  readonly #slow = new Map<string, number>();
  #held: { pair: string; again: () => void }[] = [];

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Cuts a pair. @returns a function that ends this cut; others of the pair stay */
  cut(a: string, b: string): () => void {
    const pair = pairOf(a, b);
    this.#cut.set(pair, (this.#cut.get(pair) ?? 0) + 1);
    return () => {
      this.#cut.set(pair, (this.#cut.get(pair) ?? 1) - 1);
      if (this.isCut(a, b)) return;
      const held = this.#held.filter((item) => item.pair === pair);
      this.#held = this.#held.filter((item) => item.pair !== pair);
      for (const { again } of held) again();
    };
  }

  isCut(a: string, b: string): boolean {
    return (this.#cut.get(pairOf(a, b)) ?? 0) > 0;
  }

  isWell(a: string, b: string): boolean {
    return !this.isCut(a, b) && (this.#slow.get(pairOf(a, b)) ?? 0) === 0;
  }

  /** How much longer each packet of the pair takes, in milliseconds. */
  slow(a: string, b: string, ms: number): void {
    this.#slow.set(pairOf(a, b), ms);
  }

  latency(a: string, b: string): number {
    return 1 + this.#random.between(0, 3) + (this.#slow.get(pairOf(a, b)) ?? 0);
  }

  /** One direction of a connection: what is sent over it arrives in its order. */
  direction(from: string, to: string): (arrive: () => void) => void {
    const pair = pairOf(from, to);
    const underWay: (() => void)[] = [];
    let earliest = 0;
    let missed = 0;
    const arriveAfter = (ms: number): void => {
      earliest = Math.max(earliest, this.#clock.time + ms);
      this.#clock.after(earliest - this.#clock.time, () => {
        if (!this.isCut(from, to)) underWay.shift()?.();
        else if (missed++ === 0) this.#held.push({ pair, again });
      });
    };
    const again = (): void => {
      const count = missed;
      missed = 0;
      for (let i = 0; i < count; i++) arriveAfter(this.#random.between(0, RETRANSMISSION_MS));
    };
    return (arrive) => {
      underWay.push(arrive);
      arriveAfter(this.latency(from, to));
    };
  }
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
