import { setTimeout as wait } from 'node:timers/promises';
import { channelHandle } from '../lib/ari/channel.ts';
import type { AriClient } from '../lib/ari/client.ts';
import { timeOf } from '../lib/ari/timestamp.ts';
import type { ConnectorEventMap } from '../lib/events/connector-event.ts';
import type { AriFrame } from '../lib/events/entry.ts';
import { subjectOf } from '../lib/events/subject.ts';

/** The dialplan sets the variable some milliseconds after `StasisEnd`, and stays 300 ms before it goes on. */
const LOOK_AFTER_MS = [20, 150];
/** Requests under way at the same time. */
const CONCURRENCY = 4;
/** Channels to be looked at. By the time that more had their turn, most would be gone. */
const MAX_LOOKED_AT = 1000;
/** Channels that are about to end: more than any node has. */
const MAX_ENDING = 20_000;

export type CallRescued = ConnectorEventMap['CallRescued'];

export interface RescuesOptions {
  node: string;
  apps: ReadonlySet<string>;
  /** Reads variables of channels; a read-only user is enough. */
  ari: AriClient;
  onRescued(rescued: CallRescued): void;
  /** Waits so many milliseconds. @default real time */
  sleep?(ms: number): Promise<unknown>;
}

/**
 * Finds the calls that Asterisk has taken out of their app because no handler claimed them: their `StasisEnd` comes
 * without a `ChannelHangupRequest` before, and the dialplan sets `ARI_RESCUED`. Calls that moved on for another reason
 * lack the variable. Events do not wait for it.
 */
export class Rescues {
  readonly #options: RescuesOptions;
  readonly #sleep: (ms: number) => Promise<unknown>;
  readonly #ending = new Set<string>();
  /** How many channels are to be looked at. */
  #lookedAt = 0;
  #underWay = 0;
  /** Requests that wait until another one is done. */
  readonly #queue: (() => void)[] = [];
  #stopped = false;

  constructor(options: RescuesOptions) {
    this.#options = options;
    this.#sleep = options.sleep ?? wait;
  }

  /** Takes note of an event of the node. */
  observe({ event }: AriFrame): void {
    if (event.type === 'ChannelHangupRequest') this.#noteEnding(subjectOf(event).channelId);
    else if (event.type === 'StasisEnd') this.#ended(event);
    else if (event.type === 'ChannelDestroyed') this.#ending.delete(subjectOf(event).channelId ?? '');
  }

  /** Asks no more, and reports nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  #noteEnding(channelId: string | undefined): void {
    if (channelId === undefined) return;
    this.#ending.add(channelId);
    if (this.#ending.size > MAX_ENDING) this.#ending.delete(this.#ending.keys().next().value as string);
  }

  #ended(event: AriFrame['event']): void {
    const { channelId, callId } = subjectOf(event);
    const { application: app, timestamp } = event;
    const { node, apps } = this.#options;
    if (channelId === undefined || typeof app !== 'string' || !apps.has(app)) return;
    if (this.#ending.delete(channelId) || this.#lookedAt >= MAX_LOOKED_AT) return;
    const leftAt = new Date(timeOf(timestamp) ?? Date.now()).toISOString();
    void this.#look({ node, app, channelId, ...(callId !== undefined && { callId }), leftAt });
  }

  async #look(rescued: CallRescued): Promise<void> {
    this.#lookedAt += 1;
    try {
      if ((await this.#isRescued(rescued.channelId)) && !this.#stopped) this.#options.onRescued(rescued);
    } catch {
      // The call is over, or Asterisk cannot be reached, which the link reports.
    } finally {
      this.#lookedAt -= 1;
    }
  }

  async #isRescued(channelId: string): Promise<boolean> {
    const channel = channelHandle(this.#options.ari, channelId);
    for (const ms of LOOK_AFTER_MS) {
      await this.#sleep(ms);
      if (this.#stopped) return false;
      if ((await this.#inTurn(() => channel.variable('ARI_RESCUED'))) === 'yes') return true;
    }
    return false;
  }

  async #inTurn<T>(request: () => Promise<T>): Promise<T> {
    if (this.#underWay < CONCURRENCY) this.#underWay += 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await request();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#underWay -= 1;
    }
  }
}
