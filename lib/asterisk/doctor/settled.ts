import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** Waits until `probe` is true. @returns false where it is not within the limit */
export async function settled(
  probe: () => boolean | Promise<boolean>,
  limitMs: number,
  pollMs = POLL_MS,
): Promise<boolean> {
  for (const deadline = Date.now() + limitMs; ; await sleep(pollMs)) {
    if (await probe()) return true;
    if (Date.now() > deadline) return false;
  }
}
