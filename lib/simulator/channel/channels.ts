import { channelNotFound, Refusal } from '../refusal.ts';
import { type Call, Channel, type ChannelState, type Surroundings, type Technology } from './channel.ts';
import type { Party } from './party.ts';

export interface NewChannel {
  id?: string | undefined;
  /** `#` stands for a number of its own. */
  name: string;
  state: ChannelState;
  technology: Technology;
  context?: string;
  exten?: string;
  caller?: Party;
  call?: Call;
}

/** The channels that there are. */
export class Channels {
  readonly #all = new Map<string, Channel>();
  readonly #around: Surroundings;
  #created = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get list(): Channel[] {
    return [...this.#all.values()].filter(({ isGone }) => !isGone);
  }

  find(id: string): Channel | undefined {
    const channel = this.#all.get(id);
    return channel?.isGone ? undefined : channel;
  }

  named(name: string): Channel | undefined {
    return this.find(name) ?? this.list.find((channel) => channel.name === name);
  }

  get(id: string): Channel {
    const channel = this.find(id);
    if (!channel) throw channelNotFound();
    return channel;
  }

  /** Asterisk compares as many characters as the new id has: one that another channel's begins with is taken too. */
  isTaken(id: string): boolean {
    return this.list.some((channel) => channel.id.toLowerCase().startsWith(id.toLowerCase()));
  }

  create({ id, name, context = 'default', exten = 's', ...wish }: NewChannel): Channel {
    const unique = id || `${Math.floor(this.#around.clock.now().getTime() / 1000)}.${this.#created}`;
    if (id && this.isTaken(id)) throw new Refusal(409, 'Channel with given unique ID already exists');
    const number = (this.#created++).toString(16).padStart(8, '0');
    const channel = new Channel({ ...wish, id: unique, name: name.replace('#', number), context, exten }, this.#around);
    for (const gone of [...this.#all.values()].filter(({ isGone }) => isGone)) this.#all.delete(gone.id);
    this.#all.set(unique, channel);
    return channel;
  }

  /** The number that the next pair of Local channels shares. */
  nextNumber(): string {
    return (this.#created++).toString(16).padStart(8, '0');
  }
}
