import { Refusal } from '../refusal.ts';

/** Where an app's events go: its WebSocket. */
export interface AppSubscriber {
  send(event: object): void;
}

export type SourceKind = 'channel' | 'bridge' | 'endpoint';

interface Interest {
  kind: SourceKind;
  /** How many reasons there are for it. */
  count: number;
}

type Filter = { type: string }[];

/** A Stasis application: who listens to it, and which channels, bridges and endpoints it hears of. */
export class App {
  readonly name: string;
  subscriber: AppSubscriber | undefined;
  /** Whether it hears of everything there is. */
  readonly all: boolean;
  /** Devices whose states it hears of; the empty name stands for all of them. */
  readonly devices = new Set<string>();
  allowed: Filter = [];
  disallowed: Filter = [];
  readonly #interests = new Map<string, Interest>();

  constructor(name: string, all: boolean) {
    this.name = name;
    this.all = all;
  }

  get isActive(): boolean {
    return this.subscriber !== undefined;
  }

  /** Asterisk forgets an app that nobody listens to and that hears of nothing. */
  get isFinished(): boolean {
    return !this.isActive && this.#interests.size === 0;
  }

  ids(kind: SourceKind): string[] {
    const own = [...this.#interests].filter(([, interest]) => interest.kind === kind).map(([id]) => id);
    return own.toSorted((a, b) => (a < b ? -1 : 1));
  }

  hears(id: string): boolean {
    return this.all || this.#interests.has(id);
  }

  isSubscribed(id: string): boolean {
    return this.#interests.has(id);
  }

  subscribe(kind: SourceKind, id: string): void {
    if (this.all) return;
    const interest = this.#interests.get(id) ?? { kind, count: 0 };
    interest.count += 1;
    this.#interests.set(id, interest);
  }

  /** @param whole whether all reasons are gone: what it hears of has ended */
  unsubscribe(id: string, whole = false): void {
    const interest = this.#interests.get(id);
    if (!interest) return;
    interest.count -= 1;
    if (whole || interest.count === 0) this.#interests.delete(id);
  }

  /** What an event filter leaves of both lists: an empty one resets both, and one that is not named stays. */
  filter(given: unknown): void {
    const filter = (given ?? {}) as { allowed?: unknown; disallowed?: unknown };
    const reset = Object.keys(filter).length === 0;
    const [allowed, disallowed] = [filter.allowed, filter.disallowed];
    if (disallowed !== undefined || reset) this.disallowed = listOf(disallowed ?? []);
    if (allowed !== undefined || reset) this.allowed = listOf(allowed ?? []);
  }

  wants(type: string): boolean {
    const named = (filter: Filter): boolean => filter.some((entry) => entry.type === type);
    return !named(this.disallowed) && (this.allowed.length === 0 || named(this.allowed));
  }

  get json(): object {
    return {
      name: this.name,
      channel_ids: this.ids('channel'),
      bridge_ids: this.ids('bridge'),
      endpoint_ids: this.ids('endpoint'),
      device_names: [...this.devices],
      events_allowed: this.allowed,
      events_disallowed: this.disallowed,
    };
  }
}

function listOf(given: unknown): Filter {
  const isType = (entry: unknown): boolean => typeof (entry as { type?: unknown } | null)?.type === 'string';
  if (!Array.isArray(given) || !given.every(isType)) throw new Refusal(400, 'Invalid format definition');
  return given as Filter;
}
