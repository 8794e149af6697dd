import { Refusal } from './refusal.ts';

/** `name` is the key of an object; `end` comes after the first whole value, whatever follows that. */
export type JsonToken = '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end';

// The limits of the reference's own JSON reader (Jackson's StreamReadConstraints), with its messages.
const MAX_DEPTH = 1000;
const MAX_NAME_LENGTH = 50_000;
const MAX_NUMBER_LENGTH = 1000;
const MAX_STRING_LENGTH = 20_000_000;

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings must not contain them
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const HEX_ESCAPE = /[0-9a-fA-F]{4}/y;
const WORD = /true|false|null/y;
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
 * Reads JSON token by token.
 *
 * `JSON.parse` would lose what patterns depend on: repeated keys, and numbers as they were written. It would also exceed
 * the stack on deep nesting, where this reader uses a list.
 */
export class JsonReader {
  /** The text of the last token: a name, a string without quotes, or a number as written. */
  text = '';
  /** Where the last token begins and ends. */
  start = 0;
  end = 0;
  readonly #json: string;
  readonly #open: ('{' | '[')[] = [];
  #last: JsonToken | undefined;
  /** Whether the innermost object or array has an element already, so that a comma has to come before the next. */
  #needsComma = false;

  constructor(json: string) {
    this.#json = json;
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
    const within = this.#open.at(-1);
    if (within === undefined && this.#last !== undefined) return 'end';
    this.#skipSpace();
    if (within === undefined) return this.end === this.#json.length ? 'end' : this.#value();
    if (this.#last === 'name') return this.#value();
    if (this.#peek() === (within === '{' ? '}' : ']')) return this.#close();
    if (this.#needsComma) this.#expect(',');
    if (within === '[') return this.#value();
    this.#string(MAX_NAME_LENGTH, 'Name length', 'NameLength');
    this.#skipSpace();
    this.#expect(':');
    this.#requireValue();
    return 'name';
  }

  #value(): JsonToken {
    this.start = this.end;
    const first = this.#peek();
    if (first === '{' || first === '[') {
      if (isTooDeep(this.#open.length + 1)) throw tooDeep();
      this.#open.push(first);
      this.end++;
      this.#needsComma = false;
      return first;
    }
    this.#needsComma = true;
    if (first === '"') {
      this.#string(MAX_STRING_LENGTH, 'String value length', 'StringLength');
      return 'string';
    }
    if (this.#take(NUMBER)) {
      // The reference counts a single zero before the point only if there is a point and an exponent.
      const digits = this.text.replace(/^-?0(?!\.[0-9]+[eE])/, '').replaceAll(/[^0-9]/g, '').length;
      if (digits > MAX_NUMBER_LENGTH) throw tooLong('Number value length', digits, MAX_NUMBER_LENGTH, 'NumberLength');
      return 'number';
    }
    if (this.#take(WORD)) return this.text as JsonToken;
    throw this.#unexpected();
  }

  /** Checks together with the name that a value begins after it, as the reference's reader does. */
  #requireValue(): void {
    const at = this.end;
    const text = this.text;
    const isValue = '{["'.includes(this.#peek() ?? ' ') || this.#take(NUMBER) || this.#take(WORD);
    this.end = at;
    this.text = text;
    if (!isValue) throw this.#unexpected();
  }

  #close(): JsonToken {
    this.start = this.end++;
    this.#needsComma = true;
    return this.#open.pop() === '{' ? '}' : ']';
  }

  #string(limit: number, what: string, limitName: string): void {
    this.start = this.end;
    if (this.#peek() !== '"') throw this.#unexpected();
    this.end++;
    let text = '';
    while (this.#take(PLAIN_CHARACTERS)) {
      text += this.text;
      if (text.length > limit) throw tooLong(what, text.length, limit, limitName);
      const stop = this.#peek();
      if (stop === '"') break;
      if (stop !== '\\') throw this.#unexpected();
      this.end++;
      text += this.#escaped();
    }
    this.end++;
    this.text = text;
  }

  #escaped(): string {
    const letter = this.#peek() ?? '';
    if (letter === 'u') {
      this.end++;
      if (!this.#take(HEX_ESCAPE)) throw this.#unexpected();
      return String.fromCharCode(Number.parseInt(this.text, 16));
    }
    const character = ESCAPES[letter];
    if (character === undefined) throw this.#unexpected();
    this.end++;
    return character;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.end;
    SPACE.test(this.#json);
    this.end = SPACE.lastIndex;
  }

  #peek(): string | undefined {
    return this.#json[this.end];
  }

  #expect(character: string): void {
    if (this.#peek() !== character) throw this.#unexpected();
    this.end++;
    this.#skipSpace();
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.end;
    const found = pattern.exec(this.#json);
    if (!found) return false;
    this.text = found[0];
    this.end += this.text.length;
    return true;
  }

  #unexpected(): Refusal {
    const character = this.#peek();
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
