import type { Pbx } from './pbx.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

const MAX_CALLS = 8;

/** Calls to an Asterisk: they come, press digits, raise numbered user events, and hang up. */
export class Traffic {
  readonly #pbx: Pbx;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  #calls: { id: string; app: string }[] = [];
  #number = 0;
  #until = 0;

  constructor(pbx: Pbx, clock: VirtualClock, random: Random) {
    this.#pbx = pbx;
    this.#clock = clock;
    this.#random = random;
  }

  /** @param meanMs the mean time between two actions, in milliseconds */
  start(until: number, meanMs: number): void {
    this.#until = until;
    this.#next(meanMs);
  }

  /** Asterisk has restarted: its calls are over. */
  forget(): void {
    this.#calls = [];
  }

  /** So many user events in a row, with as many bytes each. @returns how many were sent */
  flood(count: number, bytes: number, text = 'x'): number {
    let sent = 0;
    for (let i = 0; i < count; i++) if (this.#userEvent({ filler: text.padEnd(bytes, 'x') })) sent += 1;
    return sent;
  }

  /** So many calls that end at once. */
  dialAndHangUp(count: number): void {
    for (let i = 0; i < count; i++) {
      const call = this.#dial();
      if (call) this.#end(call);
    }
  }

  /** Hangs up a call, or all of them. */
  hangUp(share: number): void {
    for (const call of [...this.#calls]) if (this.#random.chance(share)) this.#end(call);
  }

  #next(meanMs: number): void {
    if (this.#clock.time >= this.#until) return;
    this.#clock.after(this.#random.between(1, 2 * meanMs), () => {
      if (this.#pbx.asterisk) this.#act();
      this.#next(meanMs);
    });
  }

  #act(): void {
    this.#calls = this.#calls.filter(({ id }) => this.#pbx.asterisk?.channels.some((channel) => channel.id === id));
    const dice = this.#random.next();
    if (this.#calls.length === 0 || (dice < 0.12 && this.#calls.length < MAX_CALLS)) this.#dial();
    else if (dice < 0.2) this.#end(this.#random.pick(this.#calls));
    else if (dice < 0.5) this.#digit();
    else this.#userEvent({});
  }

  #dial(): { id: string } | undefined {
    const app = this.#random.pick(this.#pbx.apps);
    const id = this.#pbx.asterisk?.dial(app, { name: 'Alice', number: '1001' });
    if (id === undefined || this.#pbx.asterisk?.appOf(id) === undefined) return undefined;
    const call = { id, app };
    this.#calls.push(call);
    return call;
  }

  #digit(): void {
    this.#pbx.asterisk?.pressDigit(this.#random.pick(this.#calls).id, String(this.#random.between(0, 9)));
  }

  #userEvent(fields: Record<string, string>): boolean {
    const { asterisk } = this.#pbx;
    if (!asterisk || this.#calls.length === 0) return false;
    const { id } = this.#random.pick(this.#calls);
    if (asterisk.appOf(id) === undefined) return false;
    this.#number += 1;
    return asterisk.userEvent('numbered', id, { n: String(this.#number), ...fields });
  }

  #end(call: { id: string }): void {
    this.#calls = this.#calls.filter((other) => other !== call);
    if (this.#pbx.asterisk?.channels.some(({ id }) => id === call.id)) this.#pbx.asterisk.hangUp(call.id);
  }
}
