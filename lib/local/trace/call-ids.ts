import { SYSTEM } from './step.ts';

/** All steps of the call `from` belong to the call `to` now. */
export interface Joined {
  from: string;
  to: string;
}

/**
 * Which call something belongs to: Asterisk's linkedid, with one addition. A channel that a command created (a called
 * leg, a snoop, external media) has a linkedid of its own, unless it has an `originator`. It belongs to the call whose
 * handler sent the command, or, if that handler belongs to no call, to the call that it is bridged with.
 */
export class CallIds {
  /** The call of an event, by `metadata.id`. */
  readonly ofEvent: ResolvedIds;
  /** The call of an invocation, by its request id. */
  readonly ofRequest: ResolvedIds;
  readonly #ofChannel: ResolvedIds;
  readonly #joined: Recent;
  /** Legs whose handler belongs to no call. */
  readonly #single: Recent;

  /** @param limit maximum entries of each kind; the oldest are dropped first */
  constructor(limit: number) {
    const of = (call: string): string => this.of(call);
    this.ofEvent = new ResolvedIds(limit, of);
    this.ofRequest = new ResolvedIds(limit, of);
    this.#ofChannel = new ResolvedIds(limit, of);
    this.#joined = new Recent(limit);
    this.#single = new Recent(limit);
  }

  /** The call that a leg's own call was joined to; the call itself if there is none. */
  of(call: string): string {
    for (let found = call; ; ) {
      const next = this.#joined.get(found);
      if (next === undefined) return found;
      found = next;
    }
  }

  /** The call of a channel: its own id if no event has named its call. */
  ofChannel(channelId: string): string {
    return this.#ofChannel.get(channelId) ?? this.of(channelId);
  }

  /** An event names a channel and its linkedid; either may be empty. */
  see(channelId: string, callId: string): Joined | undefined {
    if (channelId === '' || callId === '') return undefined;
    this.#ofChannel.set(channelId, callId);
    return callId !== channelId && this.#single.get(channelId) !== undefined
      ? this.#join(channelId, callId)
      : undefined;
  }

  /** A command of the call created the channel. */
  addLeg(channelId: string, call: string): Joined | undefined {
    if (channelId === '') return undefined;
    if (call !== SYSTEM) return this.#join(channelId, call);
    this.#single.set(channelId, channelId);
    return undefined;
  }

  /** Joins the call that a leg is by itself. An id may be used again: only the last call counts. */
  #join(leg: string, call: string): Joined | undefined {
    const to = this.of(call);
    // Joining a call to itself would make a circle.
    if (to === leg) return undefined;
    this.#joined.set(leg, to);
    return { from: leg, to };
  }
}

/** A limited map; the entry set longest ago is dropped first. */
class Recent {
  readonly #calls = new Map<string, string>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): string | undefined {
    return this.#calls.get(key);
  }

  set(key: string, call: string): void {
    this.#calls.delete(key);
    this.#calls.set(key, call);
    if (this.#calls.size > this.#limit) this.#calls.delete(this.#calls.keys().next().value as string);
  }
}

/** Calls, as they are joined at the time of reading. */
class ResolvedIds {
  readonly #calls: Recent;
  readonly #of: (call: string) => string;

  constructor(limit: number, of: (call: string) => string) {
    this.#calls = new Recent(limit);
    this.#of = of;
  }

  get(key: string): string | undefined {
    const call = this.#calls.get(key);
    return call === undefined ? undefined : this.#of(call);
  }

  set(key: string, call: string): void {
    this.#calls.set(key, call);
  }
}
