import { AsyncLocalStorage } from 'node:async_hooks';

/** So long the SDK waits, by a timer of Node, before an invocation that has nothing to do ends. */
const COOL_DOWN_MS = 20;

const storage = new AsyncLocalStorage<true>();

/** Runs an invocation of a flow, whose SDK does not wait before it suspends. Other timers are as they are. */
export function withShortTimers<T>(work: () => T): T {
  return storage.run(true, work);
}

/** @returns takes the function back that `withShortTimers` needs */
export function installShortTimers(): () => void {
  const original = globalThis.setTimeout;
  const short = (action: (...given: unknown[]) => void, ms?: number, ...given: unknown[]): NodeJS.Timeout =>
    original(action, ms === COOL_DOWN_MS && storage.getStore() ? 0 : ms, ...given);
  globalThis.setTimeout = Object.assign(short, original) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = original;
  };
}
