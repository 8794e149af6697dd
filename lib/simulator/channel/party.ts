import { Refusal } from '../refusal.ts';

/** Whom a channel belongs to, or is connected with. */
export interface Party {
  name: string;
  number: string;
}

export const NOBODY: Party = { name: '', number: '' };

/**
 * Reads a caller id as Asterisk does: `"Alice" <1001>`, `Alice <1001>`, `1001` or `Alice`.
 *
 * @returns what is in it; a name or a number that it has not is undefined
 */
export function parsedParty(text: string): { name?: string; number?: string } {
  const trimmed = text.trim();
  const whole = withoutQuotes(trimmed);
  const open = whole.lastIndexOf('<');
  if (open >= 0) {
    const close = whole.lastIndexOf('>');
    const number = whole.slice(open + 1, close > open ? close : undefined);
    return { name: unescaped(withoutQuotes(whole.slice(0, open))), number: shrunk(number) };
  }
  const number = shrunk(whole, true);
  // A number in quotes is a name.
  if (whole === trimmed && isNumber(number)) return { number };
  return { name: unescaped(withoutQuotes(whole)) };
}

/** `"Alice" <1001>` */
export function writtenParty({ name, number }: Party): string {
  return `"${name}" <${number}>`;
}

/** Blanks and one pair of quotes at the ends. */
function withoutQuotes(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

/** Without what people write between digits. */
function shrunk(text: string, always = false): string {
  const bare = text
    .replaceAll(/[() ]/g, '')
    .replaceAll(/-(?![^[]*\])/g, '')
    .replaceAll(/\.(?=.)/g, '');
  return always || /^[0-9*#+()\-.]*$/.test(text) ? bare : text;
}

function isNumber(text: string): boolean {
  return /^[0-9*#+]+$/.test(text);
}

export function checkId(id: string | undefined): void {
  if (id !== undefined && id.length > 149) throw new Refusal(400, 'Uniqueid length exceeds maximum of 149');
}
