import type { AriClient } from '../../lib/ari/client.ts';
import { reasonOf } from '../../lib/ari/errors.ts';
import type { GapCause } from '../../lib/events/connector-event.ts';
import type { AriFrame } from '../../lib/events/entry.ts';
import type { Log } from '../../lib/log.ts';
import type { AppLink } from './app-link.ts';
import type { LinkEvent } from './link-event.ts';
import type { NodeState } from './node-state.ts';
import type { AnnouncedStay, NodeHistory } from './others.ts';
import {
  type Difference,
  differenceOf,
  lastingDifference,
  type Rebuilder,
  rebuiltEnd,
  rebuiltStart,
  stasisChannels,
} from './resync.ts';

/** After so many failed attempts to read Asterisk's channels, the gap is announced without waiting for an answer. */
const ANNOUNCED_AFTER_ATTEMPTS = 4;
/** How long the history may take to be read before a connection is made, and later, when events are read meanwhile. */
const BEFORE_MS = 2000;
const HISTORY_MS = 5000;
/** How long Asterisk may take to send an event of what its lists show already. */
const SETTLE_MS = 500;
/** The longest wait before Asterisk is asked again. */
const ASK_AGAIN_CAP_MS = 30_000;

export interface ComparisonOptions {
  ari: AriClient;
  state: NodeState;
  /** What earlier connectors have left to know of the node; undefined where that is not known within so many milliseconds. */
  history(limitMs: number): Promise<NodeHistory | undefined>;
  emit(event: LinkEvent): void;
  log: Log;
  sleep(ms: number): Promise<unknown>;
}

/**
 * Compares the calls that were announced on the bus with those that Asterisk reports. Announces gaps, and rebuilds the
 * `StasisStart` and `StasisEnd` events missed in them.
 */
export class Comparison {
  readonly #options: ComparisonOptions;
  #stopped = false;
  /** No connector has served the node before, as far as its history says. */
  #isNew = false;

  constructor(options: ComparisonOptions) {
    this.#options = options;
  }

  /** Compares nothing more, and announces the gaps that no comparison has ended. */
  stop(apps: string[], connection: string | undefined): void {
    this.#stopped = true;
    if (connection !== undefined) this.leaveGaps(apps, connection);
  }

  /** Reads what earlier connectors have left to know, before a connection is made; undefined where it is not known. */
  async learn(): Promise<NodeHistory | undefined> {
    const known = await this.#history(BEFORE_MS);
    if (known) this.#options.state.learn(known.stays, false);
    return known;
  }

  /** Announces the gap before this connection, and rebuilds each StasisStart and StasisEnd that was missed. */
  async resync(link: AppLink, apps: string[], connection: string, cause: GapCause): Promise<void> {
    if (apps.length === 0) return;
    const { state, emit, log } = this.#options;
    const to = Date.now();
    const from = state.gaps.from(apps);
    let announced = false;
    const announce = (why: GapCause): void => {
      if (announced) return;
      announced = true;
      const pending = apps.filter((app) => state.gaps.isOpen(app));
      if (pending.length > 0) emit({ kind: 'gap', apps: pending, connection, from, to, cause: why });
    };
    const compare = async (): Promise<void> => {
      const [{ startupTime, ...by }, known] = await Promise.all([
        this.#identify(),
        this.#announced(link, apps, connection),
      ]);
      if (known) state.learn(known, true);
      // Where it is unknown, it is kept at once: Asterisk may restart again soon. Else it is kept after the rebuild.
      state.startupTime ??= startupTime;
      const why = startupTime === state.startupTime ? cause : 'asterisk-restarted';
      const found = await this.#lasting(link, apps, connection);
      if (!this.#isCurrent(link, connection)) return;
      // Nothing was announced, and no call is in an app: nothing can have been missed.
      const nothing =
        this.#isNew && cause === 'connector-restarted' && from === undefined && found.entered.length === 0;
      if (!nothing) announce(why);
      this.#isNew = false;
      this.#recover(link, connection, found, by);
      state.startupTime = startupTime;
      this.#inStep(apps, connection);
    };
    await this.#untilAnswered(link, connection, compare, (error, attempt) => {
      if (attempt !== ANNOUNCED_AFTER_ATTEMPTS) return;
      announce(cause);
      log.error(
        `Cannot read Asterisk's channels: ${reasonOf(error)}. Calls that entered or left during the gap are unknown until Asterisk answers; the connector tries again.`,
        { connection, apps },
      );
    });
  }

  /**
   * Takes the calls of the apps for known that another connector has handed over: it forwards what it has read. It has known
   * only calls that entered since it started: the end of an older one is rebuilt, and has the same id if both forward it.
   */
  async adopt(link: AppLink, apps: string[], connection: string): Promise<void> {
    const { ari, state, log } = this.#options;
    const adopt = async (): Promise<void> => {
      const { startupTime, ...by } = await this.#identify();
      state.startupTime = startupTime;
      const { entered } = differenceOf(await stasisChannels(ari, apps, state), apps, state);
      if (!this.#isCurrent(link, connection)) return;
      for (const { id, app, channel } of entered) state.adopt(id, app, { ...channel });
      const { left } = await this.#lasting(link, apps, connection);
      if (!this.#isCurrent(link, connection)) return;
      this.#recover(link, connection, { entered: [], left }, by);
      this.#inStep(apps, connection);
    };
    await this.#untilAnswered(link, connection, adopt, (error, attempt) => {
      if (attempt > 1) return;
      log.warn(`Cannot read Asterisk's channels: ${reasonOf(error)}. The connector tries again.`, { connection });
    });
  }

  /**
   * Gives adopted calls the ids with which the other connector has announced them, which the table has a second later. This
   * one may be cut off before that one has published all it had, and both announce the end of a call then.
   */
  async confirm(link: AppLink, apps: string[], connection: string): Promise<void> {
    const { state } = this.#options;
    if (!state.hasListed(apps)) return;
    const known = await this.#announced(link, apps, connection);
    if (known) state.learn(known, true);
  }

  /** Forgets adopted calls that no connector has announced, so that the next comparison finds them. @returns whether that is known */
  async recall(link: AppLink, apps: string[], connection: string): Promise<boolean> {
    const { state } = this.#options;
    const known = await this.#announced(link, apps, connection);
    if (!known) return false;
    state.forgetListed(apps, known);
    state.learn(known, true);
    return true;
  }

  /** Rebuilds the beginning of adopted calls that the other connector has not announced, though it has published all it had. */
  async verify(link: AppLink, apps: string[], connection: string): Promise<void> {
    if (!(await this.recall(link, apps, connection))) return;
    await this.#recoverLasting(link, apps, connection);
  }

  async #recoverLasting(link: AppLink, apps: string[], connection: string): Promise<void> {
    await this.#untilAnswered(
      link,
      connection,
      async () => {
        const { startupTime: _, ...by } = await this.#identify();
        const found = await this.#lasting(link, apps, connection);
        if (this.#isCurrent(link, connection)) this.#recover(link, connection, found, by);
      },
      () => {},
    );
  }

  /**
   * Announces the ends of calls whose beginning was published late, by another connector or from the queue of what stopped ones
   * left: this one did not know them when it compared with Asterisk.
   */
  async audit(link: AppLink, apps: string[], connection: string): Promise<void> {
    const { state } = this.#options;
    const known = await this.#announced(link, apps, connection);
    const unknown = known?.filter((stay) => !state.knows(stay)) ?? [];
    if (unknown.length === 0 || !this.#isCurrent(link, connection)) return;
    state.learn(unknown, true);
    await this.#recoverLasting(link, apps, connection);
  }

  /** Announces gaps that no comparison with Asterisk has ended, as this connector will not do it any more. */
  leaveGaps(apps: string[], connection: string): void {
    const { state, emit } = this.#options;
    for (const app of apps.filter((one) => state.gaps.isOpen(one))) {
      const cause = state.gaps.causeOf(app) ?? 'network';
      emit({ kind: 'gap', apps: [app], connection, from: state.gaps.from([app]), to: Date.now(), cause });
      state.gaps.end([app], Date.now());
    }
  }

  /**
   * What connectors have announced of the apps that are to be compared, after the events are read that Asterisk had sent by
   * then: else one of them would be taken for another stay. Undefined where it is not known, or the connection has ended.
   */
  async #announced(link: AppLink, apps: readonly string[], connection: string): Promise<AnnouncedStay[] | undefined> {
    const known = await this.#history(HISTORY_MS);
    if (!known) return undefined;
    return link.caughtUp(connection).then(
      () => known.stays.filter(({ app }) => apps.includes(app)),
      () => undefined,
    );
  }

  async #history(limitMs: number): Promise<NodeHistory | undefined> {
    const known = await this.#options.history(limitMs);
    if (known && !known.isServed) this.#isNew = true;
    return known;
  }

  async #identify(): Promise<Rebuilder & { startupTime: string | undefined }> {
    const { ari } = this.#options;
    const [{ status, system }, { timestamp }] = await Promise.all([ari.asterisk.getInfo(), ari.asterisk.ping()]);
    return { startupTime: status?.startup_time, timestamp, asteriskId: system?.entity_id };
  }

  #lasting(link: AppLink, apps: string[], connection: string): Promise<Difference> {
    const { ari, state, sleep } = this.#options;
    return lastingDifference(ari, apps, state, async () => {
      await sleep(SETTLE_MS);
      await link.caughtUp(connection);
    });
  }

  #isCurrent(link: AppLink, connection: string): boolean {
    return link.isOpen(connection) && !this.#stopped;
  }

  /** The known state of the apps' channels is now the state that Asterisk reports. */
  #inStep(apps: string[], connection: string): void {
    const { state, log, emit } = this.#options;
    state.gaps.end(apps, Date.now());
    log.info('In step with Asterisk', { connection, apps });
    emit({ kind: 'synced' });
  }

  /** Asks Asterisk until it answers, while the connection is open. */
  async #untilAnswered(
    link: AppLink,
    connection: string,
    ask: () => Promise<void>,
    onFailure: (error: unknown, attempt: number) => void,
  ): Promise<void> {
    for (let attempt = 1; this.#isCurrent(link, connection); attempt++) {
      try {
        await ask();
        return;
      } catch (error) {
        if (!this.#isCurrent(link, connection)) return;
        onFailure(error, attempt);
        await this.#options.sleep(Math.min(1000 * attempt, ASK_AGAIN_CAP_MS));
      }
    }
  }

  #recover(link: AppLink, connection: string, { entered, left }: Difference, by: Rebuilder): void {
    if (entered.length + left.length === 0) return;
    const { emit, log } = this.#options;
    const emitRebuilt = (frame: AriFrame): void => {
      const position = link.nextPosition(connection);
      if (position) emit({ kind: 'event', frame, position, recovered: true });
    };
    for (const { app, snapshot } of left) emitRebuilt(rebuiltEnd(app, snapshot, by));
    for (const channel of entered) emitRebuilt(rebuiltStart(channel, by));
    log.warn('Rebuilt events missed during the gap', { connection, entered: entered.length, left: left.length });
  }
}
