import type { AriEventMap } from '../ari/generated/model.ts';
import type { Clock } from './clock.ts';

/** Where an app's events go: its WebSocket. */
export interface AppSubscriber {
  send(event: object): void;
}

/** What distinguishes one event from another; type, time and application are added. */
export type EventFields<T extends keyof AriEventMap> = Omit<
  AriEventMap[T],
  'type' | 'timestamp' | 'application' | 'asterisk_id'
>;

export const ASTERISK_ID = '02:00:00:00:00:01';

/** The Stasis applications that somebody listens to. */
export class Apps {
  readonly #subscribers = new Map<string, AppSubscriber>();
  readonly #disallowed = new Map<string, readonly string[]>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get names(): string[] {
    return [...this.#subscribers.keys()];
  }

  has(app: string): boolean {
    return this.#subscribers.has(app);
  }

  /** The newest subscriber gets an app's events; the previous one receives ApplicationReplaced and keeps its socket. */
  register(app: string, subscriber: AppSubscriber): void {
    if (this.#subscribers.has(app)) this.emit([app], 'ApplicationReplaced', {});
    this.#subscribers.set(app, subscriber);
  }

  unregister(subscriber: AppSubscriber): void {
    for (const [app, current] of this.#subscribers) {
      if (current !== subscriber) continue;
      this.#subscribers.delete(app);
      this.#disallowed.delete(app);
    }
  }

  /** Leaves events of some types out, for as long as somebody listens to the app. */
  filter(app: string, disallowed: readonly string[]): void {
    this.#disallowed.set(app, disallowed);
  }

  filtered(app: string): readonly string[] {
    return this.#disallowed.get(app) ?? [];
  }

  /** Sends an event to each app that listens, once to each. */
  emit<T extends keyof AriEventMap>(apps: Iterable<string>, type: T, fields: EventFields<T>): void {
    const timestamp = ariTime(this.#clock.now());
    for (const application of new Set(apps)) {
      if (this.filtered(application).includes(type)) continue;
      this.#subscribers.get(application)?.send({ type, timestamp, ...fields, asterisk_id: ASTERISK_ID, application });
    }
  }

  clear(): void {
    this.#subscribers.clear();
  }
}

/** `2026-11-23T08:24:51.242+0000`: Asterisk writes the offset without a colon. */
export function ariTime(date: Date): string {
  return date.toISOString().replace('Z', '+0000');
}
