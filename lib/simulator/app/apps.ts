import type { AriEventMap } from '../../ari/generated/model.ts';
import type { Clock } from '../clock.ts';
import { Refusal } from '../refusal.ts';
import { App, type AppSubscriber } from './app.ts';

/** What distinguishes one event from another; type, time and application are added. */
export type EventFields<T extends keyof AriEventMap> = Omit<
  AriEventMap[T],
  'type' | 'timestamp' | 'application' | 'asterisk_id'
>;

export const ASTERISK_ID = '02:00:00:00:00:01';

/** The Stasis applications that there are. */
export class Apps {
  readonly #all = new Map<string, App>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get list(): App[] {
    return [...this.#all.values()];
  }

  find(name: string): App | undefined {
    return this.#all.get(name);
  }

  /** The app, if somebody listens to it. */
  active(name: string): App | undefined {
    const app = this.find(name);
    return app?.isActive ? app : undefined;
  }

  get(name: string): App {
    const app = this.find(name);
    if (!app) throw new Refusal(404, 'Application not found');
    return app;
  }

  /** The newest subscriber gets an app's events; the one before gets `ApplicationReplaced` and keeps its socket. */
  register(name: string, subscriber: AppSubscriber, all = false): void {
    const app = this.find(name) ?? new App(name, all);
    if (app.isActive) this.send(app, 'ApplicationReplaced', {});
    app.subscriber = subscriber;
    this.#all.set(name, app);
    this.cleanUp();
  }

  unregister(subscriber: AppSubscriber): void {
    for (const app of this.list) if (app.subscriber === subscriber) app.subscriber = undefined;
    this.cleanUp();
  }

  cleanUp(): void {
    for (const app of this.list) if (app.isFinished) this.#all.delete(app.name);
  }

  /** Sends an event to an app, if anybody listens and wants it. */
  send<T extends keyof AriEventMap>(app: App, type: T, fields: EventFields<T>): void {
    if (!app.wants(type)) return;
    const timestamp = ariTime(this.#clock.now());
    app.subscriber?.send({ type, timestamp, ...fields, asterisk_id: ASTERISK_ID, application: app.name });
  }

  /** Tells each app of an event that hears of one of the ids: a channel, its endpoint; a bridge. */
  tell<T extends keyof AriEventMap>(ids: readonly string[], type: T, fields: EventFields<T>): void {
    for (const app of this.list) if (ids.some((id) => app.hears(id))) this.send(app, type, fields);
  }

  /** What there was has ended, and with it all interest in it. */
  forget(id: string): void {
    for (const app of this.list) app.unsubscribe(id, true);
  }

  clear(): void {
    this.#all.clear();
  }
}

/** `2026-11-23T08:24:51.242+0000`: Asterisk writes the offset without a colon. */
export function ariTime(date: Date): string {
  return date.toISOString().replace('Z', '+0000');
}
