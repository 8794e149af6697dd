import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `probe` returns something; fails, naming what it waited for, when it never does. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`Expected ${what} within ${limitMs / 1000} s`);
    await sleep(20);
  }
}
