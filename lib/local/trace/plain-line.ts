import { stripVTControlCharacters } from 'node:util';

/** Control characters, line ends, and the marks that change the direction of the text after them. */
const CONTROLS = /[\s\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu;

/**
 * The text as one line that cannot control a terminal. What callers, Asterisk and functions write may contain anything.
 *
 * @example
 * plainLine('\u001b[31mEve\u0007\n'); // 'Eve '
 */
export function plainLine(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, ' ');
}
