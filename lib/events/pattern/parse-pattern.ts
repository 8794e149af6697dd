import { type Alternative, addressRange, exactNumber, exactString, exactWord } from './alternative.ts';
import { readNumber } from './comparable-number.ts';
import { addressDigits } from './ip-address.ts';
import { JsonReader, type JsonToken } from './json-reader.ts';
import { type Dialect, parseAlternative } from './parse-alternative.ts';
import { InvalidEventPatternException, Refusal } from './refusal.ts';

/** What one field must be. */
export interface FieldPattern {
  readonly alternatives: readonly Alternative[];
  /** The list of alternatives, as written. */
  readonly written: string;
}

/** Fields by their path, all of which must match. A pattern without `$or` is one branch. */
export type Branch = ReadonlyMap<string, FieldPattern>;

const MAX_FIELDS = 256;
/** EventBridge's quota. It also limits the work: each `$or` multiplies the branches by its own. */
export const MAX_BRANCHES = 1000;

/** Names that the reference reserves inside `$or`. */
const RESERVED_IN_OR = new Set(
  [
    'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr',
    '= < <= > >=',
    'regex not-wildcard not-equals-ignore-case',
    'date-after date-on-or-after date-before date-on-or-before in-date-range',
    'ip-address-in-range ip-address-not-in-range',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Reads a pattern into its branches.
 *
 * A pattern that the first reading refuses is read a second time, with `$or` as an ordinary field. In this way the
 * reference supports patterns that are older than `$or`; so the refusal of the second reading is the one that counts.
 *
 * @throws InvalidEventPatternException
 */
export function parsePattern(json: string): Branch[] {
  try {
    try {
      return new PatternParser(json, 'with-or').parse();
    } catch (error) {
      if (!(error instanceof Refusal) || error.isFinal) throw error;
      return new PatternParser(json, 'without-or').parse();
    }
  } catch (error) {
    throw error instanceof Refusal ? new InvalidEventPatternException(error.message) : error;
  }
}

class PatternParser {
  readonly #json: string;
  readonly #reader: JsonReader;
  readonly #dialect: Dialect;
  readonly #path: string[] = [];
  #branches: Map<string, FieldPattern>[] = [];
  /** Too many branches or fields. Thrown at the end only, as a later refusal may lead to the second reading. */
  #excess: string | undefined;

  constructor(json: string, dialect: Dialect) {
    this.#json = json;
    this.#reader = new JsonReader(json);
    this.#dialect = dialect;
  }

  parse(): Branch[] {
    if (this.#reader.next() !== '{') throw new Refusal('Filter is not an object');
    this.#parseObject(false);
    const alternatives = this.#branches
      .flatMap((branch) => [...branch.values()])
      .flatMap((field) => field.alternatives);
    const problem = this.#excess ?? alternatives.find(({ flaw }) => flaw !== undefined)?.flaw;
    if (problem !== undefined) throw new Refusal(problem, true);
    return this.#branches;
  }

  #parseObject(isInsideOr: boolean): void {
    let token = this.#reader.next();
    if (token === '}') throw new Refusal('Empty objects are not allowed');
    for (; token !== '}'; token = this.#reader.next()) this.#parseField(isInsideOr);
  }

  #parseField(isInsideOr: boolean): void {
    const name = this.#reader.text;
    if (name === '$or' && this.#dialect === 'with-or') {
      this.#parseOr();
      return;
    }
    if (isInsideOr && RESERVED_IN_OR.has(name)) {
      throw notOr();
    }
    const token = this.#reader.next();
    if (token === '{') {
      this.#path.push(name);
      this.#parseObject(isInsideOr);
      this.#path.pop();
    } else if (token === '[') {
      // A nameless object at the top adds nothing to the path, not even a dot.
      const above = this.#path.join('.');
      this.#setField(above === '' ? name : `${above}.${name}`, this.#parseAlternatives());
    } else throw new Refusal(`"${name}" must be an object or an array`);
  }

  /** Each object of the list continues a copy of every branch so far. */
  #parseOr(): void {
    const before = this.#branches;
    if (this.#reader.next() !== '[') throw notOr();
    const all: Map<string, FieldPattern>[] = [];
    let objects = 0;
    for (let token = this.#reader.next(); token !== ']'; token = this.#reader.next()) {
      if (token !== '{') throw notOr();
      objects++;
      this.#branches = before.map((branch) => new Map(branch));
      this.#parseObject(true);
      all.push(...this.#branches);
      if (this.#excess !== undefined) all.length = 1;
      else if (all.length > MAX_BRANCHES) {
        this.#excess = `Rule is too complex. Its $or lists make more than ${MAX_BRANCHES} combinations: write several rules`;
        all.length = 1;
      }
    }
    if (objects < 2) throw notOr();
    this.#branches = all;
  }

  /** The last one written wins, even over those inside an earlier `$or`. */
  #setField(path: string, field: FieldPattern): void {
    if (this.#branches.length === 0) this.#branches.push(new Map());
    for (const branch of this.#branches) {
      if (branch.size === MAX_FIELDS && !branch.has(path)) {
        this.#excess ??= `Size of rule exceeds max value of ${MAX_FIELDS}`;
      } else branch.set(path, field);
    }
  }

  #parseAlternatives(): FieldPattern {
    const start = this.#reader.start;
    const alternatives: Alternative[] = [];
    for (let token = this.#reader.next(); token !== ']'; token = this.#reader.next()) {
      alternatives.push(...this.#parseAlternative(token));
    }
    if (alternatives.length === 0) throw new Refusal('Empty arrays are not allowed');
    return { alternatives, written: this.#json.slice(start, this.#reader.end) };
  }

  #parseAlternative(token: JsonToken): Alternative[] {
    const { text } = this.#reader;
    switch (token) {
      case '{':
        return [parseAlternative(this.#reader, this.#dialect)];
      case 'string': {
        // A string that is an IP address matches the address in any notation.
        const address = addressDigits(text);
        return [address === undefined ? exactString(text) : addressRange({ from: address, to: address })];
      }
      case 'number': {
        const reading = readNumber(text);
        return 'number' in reading ? [exactNumber(reading.number), exactWord(text)] : [exactWord(text)];
      }
      case 'true':
      case 'false':
      case 'null':
        return [exactWord(token)];
      default:
        throw new Refusal('Match value must be String, number, true, false, or null');
    }
  }
}

/** Leads to the second reading, whose message is the one that is shown. */
function notOr(): Refusal {
  return new Refusal('$or is an ordinary field');
}
