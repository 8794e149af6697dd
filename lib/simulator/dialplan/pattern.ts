/** How many characters the sign at one place of a pattern stands for: fewer is more exact. */
const ANY_NUMBER = 1000;

/** A sign of a pattern: what it matches, as a regular expression, and how many characters that is. */
type Sign = readonly [expression: string, width: number];

const SIGNS: Record<string, Sign> = {
  X: ['[0-9]', 10],
  Z: ['[1-9]', 9],
  N: ['[2-9]', 8],
  '.': ['.+', ANY_NUMBER],
  '!': ['.*', ANY_NUMBER + 1],
};

/** An extension's name as Asterisk matches it: `_9XXX`, `_[1-3]Z.`, `_X!`; without `_` it is what is dialled. */
export class ExtensionPattern {
  readonly #expression: RegExp;
  /** Width of the sign at each place; empty for a name without `_`. */
  readonly #widths: readonly number[];

  constructor(name: string) {
    const signs = name.startsWith('_') ? [...signsOf(name.slice(1))] : [];
    this.#widths = signs.map(([, width]) => width);
    const expression = signs.length > 0 ? signs.map(([text]) => text).join('') : literal(name);
    this.#expression = new RegExp(`^${expression}$`, 's');
  }

  matches(dialled: string): boolean {
    return this.#expression.test(dialled);
  }

  /** Sorts the pattern first that Asterisk tries first: the more exact one at the first place where they differ. */
  static compare(a: ExtensionPattern, b: ExtensionPattern): number {
    for (const [at, width] of a.#widths.entries()) {
      const other = b.#widths[at];
      if (other === undefined) return b.#widths.length === 0 ? 1 : -1;
      if (width !== other) return width - other;
    }
    return a.#widths.length === 0 && b.#widths.length > 0 ? -1 : b.#widths.length - a.#widths.length;
  }
}

function* signsOf(pattern: string): Generator<Sign> {
  for (const [text] of pattern.matchAll(/\[[^\]]*\]|[^-]/g)) {
    const sign = SIGNS[text.toUpperCase()];
    if (sign) yield sign;
    else if (text.startsWith('[')) yield [`[${text.slice(1, -1).replace(/[\\^[\]]/g, '\\$&')}]`, widthOf(text)];
    else yield [literal(text), 1];
  }
}

/** How many characters are in `[1-35]`. */
function widthOf(set: string): number {
  const parts = set.slice(1, -1).match(/.-.|./gs) ?? [];
  return parts.reduce((sum, part) => sum + (part.length === 1 ? 1 : part.charCodeAt(2) - part.charCodeAt(0) + 1), 0);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
