import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<boolean>();

/** Runs what has to be the same at each replay. */
export function inFlow<T>(work: () => T): T {
  return storage.run(true, work);
}

/** Runs a step of a flow, in which anything may be done. */
export function inStep<T>(work: () => T): T {
  return storage.run(false, work);
}

/** Whether what runs now has to be the same at each replay. */
export function isInFlow(): boolean {
  return storage.getStore() === true;
}
