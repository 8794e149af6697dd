import type { Fact } from './fact.ts';

/**
 * The caller has hung up, or the call left the flow: verbs do nothing any more. It ends the flow, unless the flow catches
 * it; `finally` runs, and so do its steps.
 *
 * @example
 * try {
 *   await call.play('sound:hello-world');
 * } finally {
 *   await call.step('close the ticket', () => closeTicket(ticket));
 * }
 */
export class HungUp extends Error {
  override readonly name = 'HungUp';

  constructor() {
    super('The call is over: verbs are not carried out any more');
  }
}

/** The fact that a call is over. */
export type Over = Extract<Fact, { key: 'over' }>;
