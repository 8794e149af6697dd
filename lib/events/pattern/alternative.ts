import { type AddressRange, isInRange } from './ip-address.ts';
import { type CaselessText, caselessStart, caselessText, endsCaseless } from './letter-case.ts';
import { fitsWildcard, parseWildcard, type Wildcard } from './wildcard.ts';

/**
 * One alternative of a pattern's field. A value is tested in one form or two: a string that is an IP address as an
 * address if any alternative of the field wants one, then a number as a number if any alternative of the field wants
 * one, and anything else as text.
 */
export interface Alternative {
  /** Equal for alternatives that the reference treats as the same. */
  readonly key: string;
  /** A string to match exactly. */
  readonly string?: string;
  /** A number as written, or true, false, null. */
  readonly word?: string;
  /** Satisfied only if the field is absent. */
  readonly wantsAbsence: boolean;
  readonly wantsNumber: boolean;
  readonly wantsAddress: boolean;
  /** Why no rule may have it. Thrown when the whole pattern is read: another field with the same path may replace it. */
  readonly flaw?: string;
  /**
   * An `anything-but` with an empty list. Nothing satisfies it, and the reference, which doesn't expect it, fails where
   * it is a field's first alternative.
   */
  readonly isEmptyList?: true;
  /** Tests a string in its quotes, the digits of a number, or a word. */
  onText(text: string): boolean;
  /** Tests a number; `text` returns the text by which the reference represents it. */
  onNumber(number: number, text: () => string): boolean;
  /** Tests the digits of an IP address. */
  onAddress(digits: string): boolean;
}

type Operator = 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard';

const never = () => false;

function alternative(key: string, rest: Partial<Omit<Alternative, 'key'>>): Alternative {
  return {
    key,
    wantsAbsence: false,
    wantsNumber: false,
    wantsAddress: false,
    onText: never,
    onNumber: never,
    onAddress: never,
    ...rest,
  };
}

export function exactString(string: string): Alternative {
  const quoted = `"${string}"`;
  return alternative(`exact ${quoted}`, { string });
}

/** A number as written, or true, false, null. */
export function exactWord(word: string): Alternative {
  return alternative(`exact ${word}`, { word });
}

export function exactNumber(number: number): Alternative {
  return alternative(`number ${number}`, { wantsNumber: true, onNumber: (value) => value === number });
}

export interface Bound {
  number: number;
  isOpen: boolean;
}

export function numberRange(bottom: Bound, top: Bound): Alternative {
  return alternative(`range ${JSON.stringify([bottom, top])}`, {
    wantsNumber: true,
    // The reference fails here without a message of its own.
    ...(bottom.number === top.number && { flaw: 'Numeric ranges must not end where numbers end' }),
    onNumber: (value) =>
      (bottom.isOpen ? value > bottom.number : value >= bottom.number) &&
      (top.isOpen ? value < top.number : value <= top.number),
  });
}

/** Also tests text: without an alternative that wants a number, a number's digits are treated as an address's. */
export function addressRange(range: AddressRange): Alternative {
  const isWithin = (digits: string) => isInRange(digits, range);
  return alternative(`addresses ${range.from} ${range.to}`, {
    wantsAddress: true,
    onText: isWithin,
    onAddress: isWithin,
  });
}

export const exists = alternative('exists', { onText: () => true, onNumber: () => true });

export const absent = alternative('absent', { wantsAbsence: true });

export function prefix(text: string): Alternative {
  return textAlternative(`prefix ${text}`, testOf('prefix', text));
}

export function suffix(text: string): Alternative {
  return textAlternative(`suffix ${text}`, testOf('suffix', text));
}

export function prefixIgnoreCase(text: string): Alternative {
  const start = caselessText(`"${text}`);
  return textAlternative(`prefix-ignore-case ${text}`, (value) => caselessStart(value, start) >= 0);
}

export function suffixIgnoreCase(text: string): Alternative {
  const end = caselessText(`${text}"`);
  return textAlternative(`suffix-ignore-case ${text}`, (value) => endsCaseless(value, end));
}

export function equalsIgnoreCase(text: string): Alternative {
  return textAlternative(`equals-ignore-case ${text}`, testOf('equals-ignore-case', text));
}

export function wildcard(text: string): Alternative {
  return textAlternative(`wildcard ${text}`, testOf('wildcard', text));
}

export function anythingButStrings(strings: readonly string[]): Alternative {
  const excluded = new Set(strings.map((string) => `"${string}"`));
  return alternative(setKey('anything-but', strings), {
    onText: (text) => !excluded.has(text),
    onNumber: () => true,
  });
}

export function anythingButNumbers(numbers: readonly number[]): Alternative {
  const excluded = new Set(numbers);
  return alternative(setKey('anything-but-number', numbers.map(String)), {
    wantsNumber: true,
    onText: () => true,
    onNumber: (number) => !excluded.has(number),
  });
}

export function anythingBut(operator: Operator, texts: readonly string[]): Alternative {
  if (texts.length === 0) return alternative(`anything-but-${operator} nothing`, { isEmptyList: true });
  const tests = texts.map((text) => testOf(operator, text));
  return textAlternative(setKey(`anything-but-${operator}`, texts), (value) => !tests.some((test) => test(value)));
}

/** Operators work on the string in its quotes. So `{"prefix": "ab\""}` is satisfied by the string `ab`. */
function testOf(operator: Operator, text: string): (value: string) => boolean {
  switch (operator) {
    case 'prefix': {
      const start = `"${text}`;
      return (value) => value.startsWith(start);
    }
    case 'suffix': {
      const end = `${text}"`;
      return (value) => value.endsWith(end);
    }
    case 'equals-ignore-case': {
      const whole: CaselessText = caselessText(`"${text}"`);
      return (value) => caselessStart(value, whole) === value.length;
    }
    case 'wildcard': {
      const parsed: Wildcard = parseWildcard(`"${text}"`);
      return (value) => fitsWildcard(value, parsed);
    }
  }
}

/** The text that represents a number is tested like any other. It begins without a quote, so only suffixes can match. */
function textAlternative(key: string, test: (value: string) => boolean): Alternative {
  return alternative(key, { onText: test, onNumber: (_, text) => test(text()) });
}

function setKey(name: string, texts: readonly string[]): string {
  return `${name} ${JSON.stringify([...new Set(texts)].sort())}`;
}
