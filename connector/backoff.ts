/**
 * A delay before the next attempt, in milliseconds: anywhere between nothing and a bound that doubles with each
 * attempt ("full jitter"), so that those who failed together do not come back together.
 *
 * @param attempt how many attempts have failed before this one, from 0
 */
export function fullJitter(attempt: number, { baseMs, capMs }: { baseMs: number; capMs: number }): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
}
