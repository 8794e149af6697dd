import type { GapCause } from '../../lib/events/connector-event.ts';

/** A gap that is not announced yet. */
interface OpenGap {
  /** When it began, in epoch milliseconds; null where that is unknown. */
  from: number | null;
  cause: GapCause;
}

/** The gaps as the journal keeps them. */
export interface GapsCheckpoint {
  heardAt: [string, number][];
  open: [string, OpenGap][];
}

/**
 * Until when the events of each app of a node were read, and which gaps are not announced yet. A gap begins where the app
 * was last heard, and stays open until it is announced, also in a later process.
 */
export class Gaps {
  /** By app, in epoch milliseconds. */
  readonly #heardAt: Map<string, number>;
  readonly #open: Map<string, OpenGap>;

  constructor(checkpoint?: GapsCheckpoint) {
    this.#heardAt = new Map(checkpoint?.heardAt);
    this.#open = new Map(checkpoint?.open);
  }

  checkpoint(): GapsCheckpoint {
    return { heardAt: [...this.#heardAt], open: [...this.#open] };
  }

  /** Notes that everything was read that Asterisk sent to the apps before a time, in epoch milliseconds. */
  heard(apps: Iterable<string>, at: number): void {
    for (const app of apps) if (!this.#open.has(app)) this.#heardAt.set(app, at);
  }

  /**
   * Notes that events of the apps may have been missed since they were last heard. An open gap stays, with the new cause.
   *
   * @param since when it began, in epoch milliseconds, where that was before they were last heard; null where it is unknown
   */
  begin(apps: Iterable<string>, cause: GapCause, since?: number | null): void {
    for (const app of apps) {
      const heardAt = this.#heardAt.get(app) ?? null;
      this.#open.set(app, { from: this.#open.get(app)?.from ?? (since === undefined ? heardAt : since), cause });
    }
  }

  isOpen(app: string): boolean {
    return this.#open.has(app);
  }

  /** The cause of an open gap. */
  causeOf(app: string): GapCause | undefined {
    return this.#open.get(app)?.cause;
  }

  /** When the first of the apps' open gaps began, in epoch milliseconds; undefined where that is unknown of one. */
  from(apps: readonly string[]): number | undefined {
    const began = apps.flatMap((app) => this.#open.get(app)?.from ?? []);
    return began.length === apps.length && began.length > 0 ? Math.min(...began) : undefined;
  }

  /** Notes that the gaps of the apps are announced, or were none. */
  end(apps: Iterable<string>, now: number): void {
    for (const app of apps) {
      this.#open.delete(app);
      this.#heardAt.set(app, now);
    }
  }
}
