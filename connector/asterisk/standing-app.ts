import type { OtherConnectors } from './others.ts';
import { holdersOf, standbyName } from './presence.ts';

/** How many looks in a row must find the app free, or held by no connector: a connector may be connecting. */
const LOOKS = 3;
/** A connector that has just taken the app says in its heartbeat only then that it works for the node. */
const GRACE_MS = 3000;

/**
 * What a look at Asterisk's names has found:
 *
 *  - `held`: another program has the app, or that is not known;
 *  - `silent`: a connector is listed that does not work any more;
 *  - `free`: nobody has it;
 *  - `foreign`: it was left to a program that is not a connector for long enough.
 */
export type Finding = 'held' | 'silent' | 'free' | 'foreign';

/**
 * An app that this connector stands by for.
 *
 * Where the app was taken by a program that is not a connector, Asterisk does not show whether that program is still
 * there: it lists the app while a call is in it. So the app is taken back after some time.
 */
export class StandingApp {
  readonly app: string;
  readonly #instance: string;
  readonly #node: string;
  readonly #others: OtherConnectors | undefined;
  /** How long the app is left to a program that is not a connector, in milliseconds; undefined for ever. */
  readonly takeBackMs: number | undefined;
  /** The connectors that were last seen to hold the app. */
  #holders: string[] = [];
  /** When they were first seen, by the monotonic clock in milliseconds. */
  #heldSince = performance.now();
  #free = 0;
  /** How many looks in a row have found no connector that holds the app, but the app. */
  #unknown = 0;
  #lastHeld = Date.now();
  #foreign = false;

  constructor(given: {
    app: string;
    /** This connector's id. */
    instance: string;
    node: string;
    others: OtherConnectors | undefined;
    takeBackMs: number | undefined;
  }) {
    this.app = given.app;
    this.#instance = given.instance;
    this.#node = given.node;
    this.#others = given.others;
    this.takeBackMs = given.takeBackMs;
  }

  /** The connectors that were last seen to hold the app. */
  get holders(): readonly string[] {
    return this.#holders;
  }

  /** Whether none of them works any more, as far as that is known. */
  get holdersAreOut(): boolean {
    if (this.#holders.length === 0 || performance.now() - this.#heldSince < GRACE_MS) return false;
    return this.#holders.every((holder) => this.#others?.works(holder, this.#node) === false);
  }

  /** When this connector takes the app back from a program that is not a connector, in epoch milliseconds; undefined for never. */
  get takesBackAt(): number | undefined {
    return this.takeBackMs === undefined ? undefined : this.#lastHeld + this.takeBackMs;
  }

  get status(): { ready: boolean; says: string } {
    const { app, takesBackAt } = this;
    if (!this.#foreign) {
      const holder = this.#holders.length > 0 ? 'another connector holds' : 'another program has taken';
      return { ready: true, says: `standing by for "${app}", which ${holder}` };
    }
    const taken = `a program that is not a connector has taken the app "${app}"`;
    if (takesBackAt === undefined) return { ready: true, says: `${taken}; the node's \`foreign\` leaves it there` };
    const seconds = Math.max(0, Math.ceil((takesBackAt - Date.now()) / 1000));
    return { ready: false, says: `${taken}; this connector takes it back in ${seconds} s` };
  }

  /**
   * @param names that Asterisk lists
   * @param onForeign called once when a program that is not a connector has taken the app
   */
  look(names: readonly string[], onForeign: () => void): Finding {
    const { app } = this;
    const holders = holdersOf(app, names, this.#instance);
    if (holders.length > 0) {
      if (holders.join() !== this.#holders.join()) this.#heldSince = performance.now();
      this.#holders = holders;
      this.#lastHeld = Date.now();
      this.#foreign = false;
    }
    // A program that is not a connector has taken it: from this connector, or from one that now stands by too.
    const foreign =
      this.#holders.length === 0 || this.#holders.some((holder) => names.includes(standbyName(app, holder)));
    const isTaken = holders.length === 0 && foreign && names.includes(app);
    this.#unknown = isTaken ? this.#unknown + 1 : 0;
    this.#free = holders.length > 0 || isTaken ? 0 : this.#free + 1;
    if (this.#unknown === LOOKS) {
      this.#foreign = true;
      onForeign();
    }
    const out = this.holdersAreOut;
    if (holders.length > 0) return out ? 'silent' : 'held';
    if (this.#free >= LOOKS || (this.#free > 0 && out)) return 'free';
    const { takesBackAt } = this;
    return this.#foreign && takesBackAt !== undefined && Date.now() >= takesBackAt ? 'foreign' : 'held';
  }
}
