/**
 * Text compared without regard to case, as the reference does it: each UTF-16 unit of the pattern stands for its lower
 * and its upper case, and for nothing else. So `ß` also stands for `SS`, and `ǅ` stands for `ǆ` and `Ǆ` but not for
 * itself. Half of a surrogate pair stands for `?`, so that `😀` matches `??` only.
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

// Lower and upper case of a unit differ in their first and in their last character. So one of them fits, or none: there
// is nothing to try twice, and the work is linear.

/** How far the text reaches into the value from its start, or -1 where the value doesn't start with it. */
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
