import type { Call, Channel } from './channel/channel.ts';
import type { Channels } from './channel/channels.ts';
import { LocalPair, phone } from './channel/technologies.ts';
import type { Clock } from './clock.ts';
import type { Pbx } from './dialplan/pbx.ts';
import { isPhone, type OutgoingCall } from './outgoing-call.ts';
import type { PhoneBehaviour } from './phone-behaviour.ts';
import { allocationFailed } from './refusal.ts';
import type { Thread, Threads } from './threads.ts';

export interface RequestOptions {
  channels: Channels;
  clock: Clock;
  pbx: Pbx;
  threads: Threads;
  /** What phones do; undefined where any phone exists, and rings. */
  phones: Readonly<Record<string, PhoneBehaviour>> | undefined;
}

/** Causes of calls that cannot be placed. */
const NO_ROUTE = 3;
const NO_TECHNOLOGY = 66;

/** Makes the channels of endpoints that are to be called. */
export class ChannelRequests {
  readonly #options: RequestOptions;

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /** A leg that `Dial()` calls. @returns the cause where there is nobody to call */
  leg(endpoint: string, caller: Channel): Channel | number {
    try {
      return this.create({ endpoint, id: undefined, otherId: undefined }, caller);
    } catch {
      return isPhone(endpoint) ? NO_ROUTE : NO_TECHNOLOGY;
    }
  }

  /**
   * The channel of an endpoint, which calls nobody yet.
   *
   * @param originator the channel whose call it belongs to
   * @throws Refusal where there is no such endpoint
   */
  create(call: Pick<OutgoingCall, 'endpoint' | 'id' | 'otherId'>, originator: Channel | undefined): Channel {
    const { channels } = this.#options;
    const { id, otherId, endpoint } = call;
    const [technology = '', address = ''] = endpoint.split(/\/(.*)/s);
    const linked = originator ? { call: originator.call } : {};
    if (technology.toLowerCase() === 'local') {
      const { owner, other } = this.#requestLocal(address, id, otherId, linked);
      if (originator) other.accountcode = originator.accountcode;
      return owner;
    }
    const behaviour = this.#phone(endpoint);
    const [, host, uuid] = audioSocket(endpoint) ?? [];
    return channels.create({
      id,
      name: host === undefined ? `${endpoint}-#` : `${technology}/${host}-${uuid}`,
      state: 'Down',
      technology: phone(technology, behaviour, this.#options.clock),
      ...linked,
    });
  }

  #phone(endpoint: string): PhoneBehaviour {
    const { phones } = this.#options;
    const [, host] = audioSocket(endpoint) ?? [];
    if (host !== undefined) {
      const there = phones === undefined || phones[`AudioSocket/${host}`] === 'answers';
      if (there) return 'answers';
      throw allocationFailed();
    }
    const behaviour = phones === undefined ? 'rings' : phones[endpoint];
    if (!isPhone(endpoint) || behaviour === undefined || behaviour === 'unreachable') throw allocationFailed();
    return behaviour;
  }

  #requestLocal(
    address: string,
    id: string | undefined,
    otherId: string | undefined,
    linked: { call?: Call },
  ): { owner: Channel; other: Channel } {
    const { channels, pbx, threads } = this.#options;
    const [place = ''] = address.split(/\/(?=[^/]*$)/);
    const [exten = '', context = 'default'] = place.split(/@(.*)/s);
    const technology = new LocalPair((other) => {
      if (!pbx.dialplan.has(other.context, other.exten)) return false;
      threads.start(runAndEnd(pbx, other));
      return true;
    });
    const name = `Local/${exten}@${context}-${channels.nextNumber()}`;
    const half = { technology, context: context || 'default', exten };
    const owner = channels.create({ ...half, id, name: `${name};1`, state: 'Down', ...linked });
    try {
      const otherIdOr = id ? otherId || `${id};2` : undefined;
      const { call } = owner;
      technology.owner = owner;
      const other = channels.create({ ...half, id: otherIdOr, name: `${name};2`, state: 'Ring', call });
      technology.other = other;
      return { owner, other };
    } catch (error) {
      technology.owner = undefined;
      owner.end();
      throw error;
    }
  }
}

/** Host with port, and UUID, of a program that audio is sent to. */
function audioSocket(endpoint: string): RegExpExecArray | null {
  return /^AudioSocket\/([^/]+:\d+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/c\(\w+\))?$/i.exec(endpoint);
}

/** Runs a channel's dialplan to its end, and ends the channel. */
export function* runAndEnd(pbx: Pbx, channel: Channel): Thread {
  yield* pbx.runToEnd(channel);
  channel.end();
}
