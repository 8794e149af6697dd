import { comparableNumber } from './comparable-number.ts';
import { addressDigits } from './ip-address.ts';

/** An element of an array, and the element around that. There is one object for each. Outer arrays have lower numbers. */
export interface ArrayElement {
  readonly array: number;
  readonly index: number;
  readonly outer: ArrayElement | undefined;
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A string, number, true, false or null of an event, and what patterns ask about it, found out when asked. */
export class FieldValue {
  /** A string without quotes, or a number, true, false or null as written. */
  readonly content: string;
  readonly isString: boolean;
  /** The innermost element that it stands in. */
  readonly element: ArrayElement | undefined;
  #text: string | undefined;
  #number: number | null | undefined;
  #address: string | null | undefined;

  constructor(content: string, isString: boolean, element: ArrayElement | undefined) {
    this.content = content;
    this.isString = isString;
    this.element = element;
  }

  /** As most operators see it: a string in its quotes, half a surrogate pair as `?`, like Java's UTF-8 has it. */
  get text(): string {
    this.#text ??= this.isString ? `"${wellFormed(this.content)}"` : this.content;
    return this.#text;
  }

  /** The number, where it is one that can be compared. */
  get number(): number | undefined {
    if (this.#number === undefined) this.#number = (this.isString ? undefined : comparableNumber(this.content)) ?? null;
    return this.#number ?? undefined;
  }

  /** The digits of the IP address, where the string is one. */
  get address(): string | undefined {
    if (this.#address === undefined) this.#address = (this.isString ? addressDigits(this.content) : undefined) ?? null;
    return this.#address ?? undefined;
  }
}

/** The text with `?` for each half of a surrogate pair that lacks the other. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.replaceAll(LONE_SURROGATE, '?');
}

/**
 * The text that a suffix is looked for by. The reference turns it around twice as Java does, which keeps surrogate pairs
 * together, but makes a pair of halves that stood the wrong way round.
 */
export function suffixText(text: string): string {
  return wellFormed(javaReverse(javaReverse(text)));
}

function javaReverse(text: string): string {
  const reversed = Array.from({ length: text.length }, (_, i) => text.charAt(text.length - 1 - i)).join('');
  return reversed.replaceAll(/([\udc00-\udfff])([\ud800-\udbff])/g, '$2$1');
}
