import { Refusal } from './refusal.ts';

/** Counts examined characters, so that a test can verify that the work is linear. */
export interface Work {
  steps: number;
}

/** The literal pieces of a wildcard pattern: the first is at the start of a match, the last at its end. */
export interface Wildcard {
  readonly start: string;
  readonly middle: readonly { readonly text: string; readonly fallback: Uint32Array }[];
  /** Undefined where there is no `*`: then the start is all. */
  readonly end: string | undefined;
}

/**
 * Reads a wildcard pattern: `*` is any run of characters, `\*` and `\\` are the characters themselves.
 * The positions in refusals count UTF-8 bytes, with the quote before the text: the reference reads bytes.
 */
export function parseWildcard(quoted: string): Wildcard {
  const pieces = [''];
  let position = 0;
  for (let i = 0; i < quoted.length; i++) {
    let character = quoted.charAt(i);
    if (character === '*') {
      if (quoted[i + 1] === '*') throw new Refusal(`Consecutive wildcard characters at pos ${position}`);
      pieces.push('');
      position++;
      continue;
    }
    if (character === '\\') {
      character = quoted.charAt(i + 1);
      if (character !== '*' && character !== '\\') throw new Refusal(`Invalid escape character at pos ${position}`);
      i++;
      position++;
    }
    pieces[pieces.length - 1] += character;
    position += utf8Length(character);
  }
  const [start = '', ...rest] = pieces;
  const end = rest.pop();
  return { start, middle: rest.map((text) => ({ text, fallback: fallbackTable(text) })), end };
}

/** Whether the whole value fits. Examines each character of the value at most three times, with any pattern. */
export function fitsWildcard(value: string, { start, middle, end }: Wildcard, work?: Work): boolean {
  if (work) work.steps += start.length + (end?.length ?? 0);
  if (end === undefined) return value === start;
  if (value.length < start.length + end.length || !value.startsWith(start) || !value.endsWith(end)) return false;
  // Each piece is matched where it first occurs: that leaves the most room for the following ones.
  const limit = value.length - end.length;
  let at = start.length;
  for (const { text, fallback } of middle) {
    at = endOfFirst(value, text, fallback, at, limit, work);
    if (at < 0) return false;
  }
  return true;
}

/** Where the first occurrence of `text` in `value` ends (Knuth, Morris, Pratt), or -1 where there is none. */
function endOfFirst(
  value: string,
  text: string,
  fallback: Uint32Array,
  from: number,
  limit: number,
  work: Work | undefined,
): number {
  let matched = 0;
  for (let i = from; i < limit; i++) {
    const code = value.charCodeAt(i);
    while (matched > 0 && code !== text.charCodeAt(matched)) {
      matched = fallback[matched - 1] as number;
      if (work) work.steps++;
    }
    if (work) work.steps++;
    if (code === text.charCodeAt(matched)) matched++;
    if (matched === text.length) return i + 1;
  }
  return -1;
}

/** For each prefix of `text`, the length of its longest suffix that is also a prefix of `text`. */
function fallbackTable(text: string): Uint32Array {
  const table = new Uint32Array(text.length);
  let matched = 0;
  for (let i = 1; i < text.length; i++) {
    while (matched > 0 && text.charCodeAt(i) !== text.charCodeAt(matched)) matched = table[matched - 1] as number;
    if (text.charCodeAt(i) === text.charCodeAt(matched)) matched++;
    table[i] = matched;
  }
  return table;
}

/** UTF-8 bytes of one UTF-16 unit: half of a surrogate pair counts as two, so both halves count as the pair's four. */
function utf8Length(unit: string): number {
  const code = unit.charCodeAt(0);
  if (code < 0x80) return 1;
  if (code < 0x800 || (code >= 0xd800 && code <= 0xdfff)) return 2;
  return 3;
}
