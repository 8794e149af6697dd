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

const before = new AsyncLocalStorage<number>();

/** Runs an invocation of an execution that had so many operations before. */
export function withOperationsBefore<T>(operations: number, work: () => T): T {
  return before.run(operations, work);
}

export function operationsBefore(): number {
  return before.getStore() ?? 0;
}
