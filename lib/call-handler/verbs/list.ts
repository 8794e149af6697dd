/** A verb as the dialplan knows it, and its fields: lib/asterisk/verbs.ts says what they mean. */
export type Verb = readonly [name: string, ...fields: (string | number)[]];

/** Asterisk keeps 4,096 bytes of what it substitutes. */
const MAX_BYTES = 3900;

/**
 * A list of verbs, as a channel variable has it.
 *
 * @throws RangeError where it is too long for Asterisk
 * @example
 * written([['answer'], ['play', 'vm-goodbye'], ['hangup']]); // 'answer|play:vm-goodbye|hangup'
 */
export function written(verbs: readonly Verb[]): string {
  const text = verbs.map((fields) => fields.map((field) => encoded(String(field))).join(':')).join('|');
  if (text.length > MAX_BYTES) {
    throw new RangeError(
      `Expected a list of verbs and the call's state to take at most ${MAX_BYTES} bytes, got ${text.length}: keep less in call.state, or part the list with next()`,
    );
  }
  return text;
}

/** A text of which nothing means anything to the dialplan: what `URIDECODE()` reads. */
export function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*~]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
}
