import { setTimeout as wait } from 'node:timers/promises';
import { AriError } from '../ari/errors.ts';
import { AwsError } from '../aws/errors.ts';
import type { Log } from '../log.ts';

/** Lambda itself tries a failed event again after a minute, when the caller is gone or at the fallback. */
export const AGAIN_AFTER_MS: readonly number[] = [300, 1000];
/** So much time an attempt needs. */
const ATTEMPT_MS = 2000;

/**
 * Runs an event's work, and again in a moment where Asterisk, or the secret with its password, was not available.
 *
 * @param delaysMs how long to wait before each further attempt
 * @param remainingMs how much time the invocation has left; always enough where it is not known
 */
export async function againAtOnce(
  work: () => Promise<void>,
  delaysMs: readonly number[],
  log: Log,
  remainingMs: () => number = () => Number.POSITIVE_INFINITY,
): Promise<void> {
  for (const ms of delaysMs) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || remainingMs() < ms + ATTEMPT_MS) throw error;
      log.warn(`Trying the event again in ${ms} ms: ${(error as Error).message}`);
    }
    await wait(ms);
  }
  return work();
}

function mayPass(error: unknown): boolean {
  return (error instanceof AriError && error.kind === 'unavailable') || error instanceof AwsError;
}
