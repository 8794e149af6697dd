/**
 * Works out what stands in `$[…]`: arithmetic, comparisons, `&`, `|`, `!` and parentheses. Numbers are compared as such,
 * everything else as text.
 *
 * @returns the value as text; empty where it makes no sense
 */
export function evaluated(expression: string): string {
  const tokens = expression.match(/"[^"]*"|[<>!=]=|[()|&<>=+\-*/%!?:]|[^\s"()|&<>=+\-*/%!?:]+/g) ?? [];
  const reader = new Reader(tokens);
  const value = reader.lowest();
  return reader.isAtEnd ? value : '';
}

type Operation = (a: string, b: string) => string;

const arithmetic =
  (work: (a: number, b: number) => number): Operation =>
  (a, b) =>
    String(work(Number(a), Number(b)));
const comparison =
  (holds: (order: number) => boolean): Operation =>
  (a, b) =>
    holds(order(a, b)) ? '1' : '0';

/** From those that bind least. */
const LEVELS: Record<string, Operation>[] = [
  { '|': (a, b) => (isEmpty(a) ? b : a) },
  { '&': (a, b) => (isEmpty(a) || isEmpty(b) ? '0' : a) },
  {
    '=': comparison((by) => by === 0),
    '==': comparison((by) => by === 0),
    '!=': comparison((by) => by !== 0),
    '<': comparison((by) => by < 0),
    '>': comparison((by) => by > 0),
    '<=': comparison((by) => by <= 0),
    '>=': comparison((by) => by >= 0),
  },
  { '+': arithmetic((a, b) => a + b), '-': arithmetic((a, b) => a - b) },
  { '*': arithmetic((a, b) => a * b), '/': arithmetic((a, b) => a / b), '%': arithmetic((a, b) => a % b) },
];

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  lowest(level = 0): string {
    const operations = LEVELS[level];
    if (!operations) return this.#single();
    let value = this.lowest(level + 1);
    for (let work = operations[this.#next]; work; work = operations[this.#next]) {
      this.#at += 1;
      value = work(value, this.lowest(level + 1));
    }
    return value;
  }

  get #next(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #single(): string {
    const token = this.#next;
    this.#at += 1;
    if (token === '(') {
      const value = this.lowest();
      this.#at += 1;
      return value;
    }
    if (token === '-') return String(-Number(this.#single()));
    if (token === '!') return isEmpty(this.#single()) ? '1' : '0';
    return token;
  }
}

function isEmpty(value: string): boolean {
  return value === '' || value === '0' || value === '""';
}

function order(a: string, b: string): number {
  const [one, other] = [Number(a), Number(b)];
  const numbers = a !== '' && b !== '' && !Number.isNaN(one) && !Number.isNaN(other);
  if (numbers) return one - other;
  return a === b ? 0 : a < b ? -1 : 1;
}
