/**
 * Text compared without regard to case, as in the reference: each UTF-16 unit of the pattern matches its lower and its
 * upper case, and nothing else. So `ß` also matches `SS`, and `ǅ` matches `ǆ` and `Ǆ` but not itself. Half of a
 * surrogate pair matches `?`, so `😀` matches `??` only.
 */
export interface CaselessText {
  lower: readonly string[];
  upper: readonly string[];
}

const SURROGATE = /[\ud800-\udfff]/;

export function caselessText(text: string): CaselessText {
  const units = Array.from({ length: text.length }, (_, i) => text.charAt(i).replace(SURROGATE, '?'));
  return { lower: units.map((unit) => unit.toLowerCase()), upper: units.map((unit) => unit.toUpperCase()) };
}

// Lower and upper case of a unit differ in their first and in their last character. So at most one of them fits: nothing
// is tried twice, and the work is linear.

/** The length of the value's part that matches the text from the start, or -1 where the value doesn't start with it. */
export function caselessStart(value: string, { lower, upper }: CaselessText): number {
  let at = 0;
  for (let i = 0; i < lower.length; i++) {
    const [low, up] = [lower[i] as string, upper[i] as string];
    if (value.startsWith(low, at)) at += low.length;
    else if (value.startsWith(up, at)) at += up.length;
    else return -1;
  }
  return at;
}

/** Whether the value ends with the text. */
export function endsCaseless(value: string, { lower, upper }: CaselessText): boolean {
  let at = value.length;
  for (let i = lower.length - 1; i >= 0; i--) {
    const [low, up] = [lower[i] as string, upper[i] as string];
    if (value.endsWith(low, at)) at -= low.length;
    else if (value.endsWith(up, at)) at -= up.length;
    else return false;
  }
  return true;
}
