import { AriError } from '../ari/errors.ts';

/**
 * Thrown by a function of a call handler where a retry cannot succeed: the event becomes a dead letter at once.
 *
 * @example
 * const [room] = event.args;
 * if (room === undefined) throw new GiveUp('Expected Stasis(Super-Conference,ROOM) in the dialplan, got no room');
 */
export class GiveUp extends Error {
  override readonly name = 'GiveUp';
}

/**
 * Whether an error is final. Of ARI's errors only requests that Asterisk rejects as they are: a wrong state may change,
 * an operator may be changing the password, and a minute later Asterisk may be running.
 */
export function isFinal(error: unknown): boolean {
  return error instanceof GiveUp || (error instanceof AriError && error.kind === 'rejected');
}
