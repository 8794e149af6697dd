import type { OnceStore } from '../call-handler/once.ts';

/** After this time another attempt may start, where the remaining time is not known. */
const LEASE_MS = 60_000;

/**
 * Remembers handled events in this process, for all Lambda environments of a test: what `dynamoDbOnce` does, without a
 * table. An event that another environment is handling is an error, as there.
 *
 * @example
 * const remembering = introIvr.withOptions({ once: inMemoryOnce() });
 */
export function inMemoryOnce(): OnceStore {
  const done = new Set<string>();
  const running = new Map<string, { until: number }>();
  return {
    async run(id, work, remainingMs = LEASE_MS) {
      if (done.has(id)) return false;
      const lease = running.get(id);
      if (lease && lease.until > Date.now()) {
        throw new Error(`The event ${id} is already being processed by another invocation; Lambda will retry`);
      }
      const mine = { until: Date.now() + remainingMs };
      running.set(id, mine);
      try {
        await work();
        if (running.get(id) === mine) done.add(id);
      } finally {
        if (running.get(id) === mine) running.delete(id);
      }
      return true;
    },
  };
}
