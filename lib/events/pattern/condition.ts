import type { Alternative } from './alternative.ts';
import { comparableText } from './comparable-number.ts';
import type { FieldValue } from './field-value.ts';

/** In which forms values of a field are tested; see {@link Alternative}. */
export interface Readings {
  asNumber: boolean;
  asAddress: boolean;
}

/** What a field must be, prepared for many values. */
export class Condition {
  readonly wantsAbsence: boolean;
  readonly #strings = new Set<string>();
  readonly #words = new Set<string>();
  readonly #others: readonly Alternative[];
  readonly #readings: Readings;

  constructor(alternatives: readonly Alternative[], readings: Readings) {
    this.#readings = readings;
    this.wantsAbsence = alternatives.some((alternative) => alternative.wantsAbsence);
    for (const { string, word } of alternatives) {
      if (string !== undefined) this.#strings.add(string);
      if (word !== undefined) this.#words.add(word);
    }
    this.#others = alternatives.filter(({ string, word }) => string === undefined && word === undefined);
  }

  /** Equal for conditions that are satisfied by the same values. */
  static keyOf(alternatives: readonly Alternative[], { asNumber, asAddress }: Readings): string {
    return JSON.stringify([asNumber, asAddress, ...alternatives.map(({ key }) => key).sort()]);
  }

  /** The strings that satisfy it, where nothing else does. */
  get onlyStrings(): ReadonlySet<string> | undefined {
    return this.#words.size === 0 && this.#others.length === 0 ? this.#strings : undefined;
  }

  isSatisfiedBy(value: FieldValue): boolean {
    return value.isString ? this.#takesString(value) : this.#takesWord(value);
  }

  #takesString(value: FieldValue): boolean {
    if (this.#strings.has(value.content)) return true;
    const address = this.#readings.asAddress ? value.address : undefined;
    if (address !== undefined) {
      // Its digits may be those of a number in the pattern: the reference does not distinguish them either.
      if (this.#words.has(address)) return true;
      if (this.#others.some((alternative) => alternative.onAddress(address))) return true;
    }
    return this.#takesText(value);
  }

  #takesText(value: FieldValue): boolean {
    for (const alternative of this.#others) if (alternative.onText(value.text)) return true;
    return false;
  }

  #takesWord(value: FieldValue): boolean {
    const number = this.#readings.asNumber ? value.number : undefined;
    if (number !== undefined) {
      return this.#others.some((alternative) => alternative.onNumber(number, () => comparableText(number)));
    }
    return this.#words.has(value.content) || this.#takesText(value);
  }
}
