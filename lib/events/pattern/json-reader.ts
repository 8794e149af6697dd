import { Refusal } from './refusal.ts';

/** `name` is the key of an object; `end` comes after the first whole value, whatever follows that. */
export type JsonToken = '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end';

// The limits of the reference's own JSON reader (Jackson's StreamReadConstraints), with its messages.
const MAX_DEPTH = 1000;
const MAX_NAME_LENGTH = 50_000;
const MAX_NUMBER_LENGTH = 1000;
const MAX_STRING_LENGTH = 20_000_000;

const HEX_ESCAPE = /[0-9a-fA-F]{4}/y;
const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, POINT] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2e];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
/** JSON strings must not contain the characters before it. */
const SPACE = 0x20;
const WORDS = ['true', 'false', 'null'] as const;
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** The refusal of a document that is nested deeper than the reference allows. */
export function tooDeep(): Refusal {
  return tooLong('Document nesting depth', MAX_DEPTH + 1, MAX_DEPTH, 'NestingDepth');
}

export function isTooDeep(depth: number): boolean {
  return depth > MAX_DEPTH;
}

/**
 * A number from 0 to 31 that is equal for equal texts. Where it differs from that of each name that is looked for, the name
 * that was read need not be made a string.
 */
export function sketchOf(text: string): number {
  return sketch(text.length, text.charCodeAt(0));
}

function sketch(length: number, first: number): number {
  return length === 0 ? 0 : (length + first) & 31;
}

/**
 * Reads JSON token by token.
 *
 * `JSON.parse` would lose what patterns depend on: repeated keys, and numbers as they were written. It would also exceed
 * the stack on deep nesting, where this reader uses a list.
 *
 * It compares the codes of characters, and makes no text that nobody reads: rules read a few fields of an event.
 */
export class JsonReader {
  /** Where the last token begins and ends. */
  start = 0;
  end = 0;
  readonly #json: string;
  /** The text of the last token, where it is not simply a part of the document. */
  #ownText: string | undefined;
  #textStart = 0;
  #textEnd = 0;
  /** What is open around the next token, the innermost last: `{` or `[`. */
  readonly #open: number[] = [];
  #last: JsonToken | undefined;
  /** Whether the innermost object or array has an element already, so that a comma has to come before the next. */
  #needsComma = false;

  constructor(json: string) {
    this.#json = json;
  }

  /** The text of the last token: a name, a string without quotes, or a number as written. */
  get text(): string {
    this.#ownText ??= this.#json.slice(this.#textStart, this.#textEnd);
    return this.#ownText;
  }

  /** The sketch of the last token's text. */
  get sketch(): number {
    if (this.#ownText !== undefined) return sketchOf(this.#ownText);
    return sketch(this.#textEnd - this.#textStart, this.#json.charCodeAt(this.#textStart));
  }

  next(): JsonToken {
    this.#last = this.#read();
    return this.#last;
  }

  /** Skips the rest of the object or array that the last token opened, if it opened one. */
  skip(): void {
    if (this.#last !== '{' && this.#last !== '[') return;
    const outside = this.#open.length - 1;
    while (this.#open.length > outside) this.next();
  }

  #read(): JsonToken {
    const depth = this.#open.length;
    if (depth === 0 && this.#last !== undefined) return 'end';
    this.#skipSpace();
    if (depth === 0) return this.end === this.#json.length ? 'end' : this.#value();
    if (this.#last === 'name') return this.#value();
    const within = this.#open[depth - 1];
    if (this.#peek() === (within === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)) return this.#close();
    if (this.#needsComma) this.#expect(COMMA);
    if (within === OPEN_ARRAY) return this.#value();
    this.#string(MAX_NAME_LENGTH, 'Name length', 'NameLength');
    this.#skipSpace();
    this.#expect(COLON);
    this.#requireValue();
    return 'name';
  }

  #value(): JsonToken {
    this.start = this.end;
    const first = this.#peek();
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      if (isTooDeep(this.#open.length + 1)) throw tooDeep();
      this.#open.push(first);
      this.end++;
      this.#needsComma = false;
      return first === OPEN_OBJECT ? '{' : '[';
    }
    this.#needsComma = true;
    if (first === QUOTE) {
      this.#string(MAX_STRING_LENGTH, 'String value length', 'StringLength');
      return 'string';
    }
    const end = this.#endOfNumber();
    if (end > 0) {
      this.#take(end);
      this.#checkDigits();
      return 'number';
    }
    const word = this.#word();
    if (word === undefined) throw this.#unexpected();
    this.#take(this.end + word.length);
    return word;
  }

  #take(end: number): void {
    this.#ownText = undefined;
    this.#textStart = this.end;
    this.#textEnd = end;
    this.end = end;
  }

  #checkDigits(): void {
    if (this.end - this.start <= MAX_NUMBER_LENGTH) return;
    // The reference counts a single zero before the point only if there is a point and an exponent.
    const digits = this.text.replace(/^-?0(?!\.[0-9]+[eE])/, '').replaceAll(/[^0-9]/g, '').length;
    if (digits > MAX_NUMBER_LENGTH) throw tooLong('Number value length', digits, MAX_NUMBER_LENGTH, 'NumberLength');
  }

  /** Checks together with the name that a value begins after it, as the reference's reader does. */
  #requireValue(): void {
    const first = this.#peek();
    if (first === QUOTE || first === OPEN_OBJECT || first === OPEN_ARRAY) return;
    if (this.#endOfNumber() < 0 && this.#word() === undefined) throw this.#unexpected();
  }

  #close(): JsonToken {
    this.start = this.end++;
    this.#needsComma = true;
    return this.#open.pop() === OPEN_OBJECT ? '}' : ']';
  }

  #string(limit: number, what: string, limitName: string): void {
    this.start = this.end;
    if (this.#peek() !== QUOTE) throw this.#unexpected();
    const begins = this.end + 1;
    this.end = this.#endOfPlain(begins);
    if (this.end - begins > limit) throw tooLong(what, this.end - begins, limit, limitName);
    this.#ownText = undefined;
    this.#textStart = begins;
    this.#textEnd = this.end;
    if (this.#peek() !== QUOTE) this.#ownText = this.#escapedString(begins, limit, what, limitName);
    this.end++;
  }

  /** The text of a string from the first character on that is not plain. */
  #escapedString(begins: number, limit: number, what: string, limitName: string): string {
    let text = this.#json.slice(begins, this.end);
    while (this.#peek() !== QUOTE) {
      if (this.#peek() !== BACKSLASH) throw this.#unexpected();
      this.end++;
      text += this.#escaped();
      const plain = this.end;
      this.end = this.#endOfPlain(plain);
      text += this.#json.slice(plain, this.end);
      if (text.length > limit) throw tooLong(what, text.length, limit, limitName);
    }
    return text;
  }

  #escaped(): string {
    const letter = this.#json.charAt(this.end);
    if (letter === 'u') {
      this.end++;
      HEX_ESCAPE.lastIndex = this.end;
      const [digits] = HEX_ESCAPE.exec(this.#json) ?? [];
      if (digits === undefined) throw this.#unexpected();
      this.end += digits.length;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = ESCAPES[letter];
    if (character === undefined) throw this.#unexpected();
    this.end++;
    return character;
  }

  /** The position of the next quote, backslash or control character, or of the end. */
  #endOfPlain(from: number): number {
    const json = this.#json;
    for (let at = from; at < json.length; at++) {
      const code = json.charCodeAt(at);
      if (code === QUOTE || code === BACKSLASH || code < SPACE) return at;
    }
    return json.length;
  }

  /** Where the number ends that begins here; -1 where none does. */
  #endOfNumber(): number {
    let at = this.end;
    if (this.#json.charCodeAt(at) === MINUS) at++;
    const whole = this.#json.charCodeAt(at) === 0x30 ? at + 1 : this.#endOfDigits(at);
    if (whole === at) return -1;
    at = whole;
    if (this.#json.charCodeAt(at) === POINT) {
      const fraction = this.#endOfDigits(at + 1);
      if (fraction > at + 1) at = fraction;
    }
    // E or e
    if ((this.#json.charCodeAt(at) | 0x20) === 0x65) {
      const sign = this.#json.charCodeAt(at + 1);
      const digits = sign === MINUS || sign === 0x2b ? at + 2 : at + 1;
      const exponent = this.#endOfDigits(digits);
      if (exponent > digits) at = exponent;
    }
    return at;
  }

  #endOfDigits(from: number): number {
    let at = from;
    for (let code = this.#json.charCodeAt(at); code >= 0x30 && code <= 0x39; code = this.#json.charCodeAt(at)) at++;
    return at;
  }

  #word(): 'true' | 'false' | 'null' | undefined {
    return WORDS.find((word) => this.#json.startsWith(word, this.end));
  }

  #skipSpace(): void {
    let code = this.#json.charCodeAt(this.end);
    while (code === SPACE || code === 0x0a || code === 0x0d || code === 0x09) code = this.#json.charCodeAt(++this.end);
  }

  /** The code of the next character; NaN at the end. */
  #peek(): number {
    return this.#json.charCodeAt(this.end);
  }

  #expect(character: number): void {
    if (this.#peek() !== character) throw this.#unexpected();
    this.end++;
    this.#skipSpace();
  }

  #unexpected(): Refusal {
    const character = this.#json[this.end];
    if (character === undefined) return new Refusal('Unexpected end-of-input: not a whole JSON document');
    return new Refusal(
      `Unexpected character (${JSON.stringify(character)} at position ${this.end}): not a JSON document`,
    );
  }
}

function tooLong(what: string, length: number, limit: number, limitName: string): Refusal {
  return new Refusal(
    `${what} (${length}) exceeds the maximum allowed (${limit}, from \`StreamReadConstraints.getMax${limitName}()\`)`,
    true,
  );
}
