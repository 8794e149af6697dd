import { comparableNumber } from './comparable-number.ts';
import { addressDigits } from './ip-address.ts';

/** An element of an array, and its enclosing element. There is one object for each. Outer arrays have lower numbers. */
export interface ArrayElement {
  readonly array: number;
  readonly index: number;
  readonly outer: ArrayElement | undefined;
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A string, number, true, false or null of an event, with the forms that patterns test, computed when first needed. */
export class FieldValue {
  /** A string without quotes, or a number, true, false or null as written. */
  readonly content: string;
  readonly isString: boolean;
  /** The innermost element that it is in. */
  readonly element: ArrayElement | undefined;
  #text: string | undefined;
  #number: number | null | undefined;
  #address: string | null | undefined;

  constructor(content: string, isString: boolean, element: ArrayElement | undefined) {
    this.content = content;
    this.isString = isString;
    this.element = element;
  }

  /** The form that most operators test: a string in its quotes, half a surrogate pair as `?`, as in Java's UTF-8. */
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
 * The text in which a suffix is looked for. The reference reverses it twice with Java's method, which keeps surrogate
 * pairs together, but makes a pair of two halves in the wrong order.
 */
export function suffixText(text: string): string {
  return wellFormed(javaReverse(javaReverse(text)));
}

function javaReverse(text: string): string {
  const reversed = Array.from({ length: text.length }, (_, i) => text.charAt(text.length - 1 - i)).join('');
  return reversed.replaceAll(/([\udc00-\udfff])([\ud800-\udbff])/g, '$2$1');
}
