/**
 * What a phone does that is called:
 *
 *  - `answers`: at once;
 *  - `rings`: until it is given up, or a test lets it answer;
 *  - `busy` and `declines`: causes 17 and 21;
 *  - `unreachable`: nothing is registered there, and Asterisk answers 500 "Allocation failed" to the command;
 *  - `{ answersAfter: 5 }`: rings for so many seconds, then answers; with `voice: 'machine'` it is an answering machine
 *    that answers, as `AMD()` finds.
 *
 * A program that Asterisk sends audio to (`AudioSocket/HOST:PORT/UUID`) is named without its UUID, and `answers` or is absent.
 */
export type PhoneBehaviour =
  | (typeof BEHAVIOURS)[number]
  | { readonly answersAfter: number; readonly voice?: 'human' | 'machine' };

const BEHAVIOURS = ['answers', 'rings', 'busy', 'declines', 'unreachable'] as const;

/** @throws TypeError with the endpoint whose behaviour is none */
export function checkPhones(phones: Readonly<Record<string, PhoneBehaviour>>): void {
  for (const [endpoint, behaviour] of Object.entries(phones)) {
    const known = typeof behaviour === 'string' ? BEHAVIOURS.includes(behaviour) : isSeconds(behaviour?.answersAfter);
    if (known) continue;
    throw new TypeError(
      `phones: expected "${endpoint}" to be one of '${BEHAVIOURS.join("', '")}' or { answersAfter: SECONDS }, got ${JSON.stringify(behaviour)}`,
    );
  }
}

function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}
