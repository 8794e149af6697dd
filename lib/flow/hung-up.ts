/**
 * The caller has hung up, or the call left the flow: verbs do nothing any more. It ends the flow, unless the flow catches
 * it; `finally` runs, and so do its steps.
 *
 * @example
 * const flow = callFlow(async (call) => {
 *   try {
 *     await call.play('sound:hello-world');
 *   } finally {
 *     await call.step('report', ({ log }) => log.info('The call is over'));
 *   }
 * });
 */
export class HungUp extends Error {
  override readonly name = 'HungUp';

  constructor() {
    super('The call is over: verbs are not carried out any more');
  }
}
