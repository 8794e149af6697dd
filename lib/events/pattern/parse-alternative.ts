import {
  type Alternative,
  absent,
  addressRange,
  anythingBut,
  anythingButNumbers,
  anythingButStrings,
  equalsIgnoreCase,
  exactString,
  exists,
  prefix,
  prefixIgnoreCase,
  suffix,
  suffixIgnoreCase,
  wildcard,
} from './alternative.ts';
import { readNumber } from './comparable-number.ts';
import { suffixText, wellFormed } from './field-value.ts';
import { cidrRange } from './ip-address.ts';
import type { JsonReader, JsonToken } from './json-reader.ts';
import { parseNumeric } from './parse-numeric.ts';
import { Refusal } from './refusal.ts';

/** Whether `$or` is an operator (and `anything-but` has all its forms), or an ordinary field. See parse-pattern.ts. */
export type Dialect = 'with-or' | 'without-or';

const ONE_KEY = 'Only one key allowed in match expression';
const TOO_MANY = 'Too many elements in numeric expression';

/** Reads an operator such as `{"prefix": "x"}`, from after the `{` to the `}`. */
export function parseAlternative(reader: JsonReader, dialect: Dialect): Alternative {
  if (reader.next() !== 'name') throw new Refusal('Match expression name not found');
  const operator = reader.text;
  switch (operator) {
    case 'exactly':
      return single(reader, exactString(string(reader, 'exact match pattern must be a string')));
    case 'prefix':
      return parseAffix(reader, 'prefix', (text) => prefix(wellFormed(text)), prefixIgnoreCase);
    case 'suffix':
      return parseAffix(reader, 'suffix', (text) => suffix(suffixText(text)), suffixIgnoreCase);
    case 'equals-ignore-case': {
      const text = string(reader, 'equals-ignore-case match pattern must be a string');
      return single(reader, equalsIgnoreCase(text));
    }
    case 'wildcard':
      return single(reader, wildcard(wellFormed(string(reader, 'wildcard match pattern must be a string'))));
    case 'numeric': {
      const range = parseNumeric(reader);
      expect(reader, '}', TOO_MANY);
      return range;
    }
    case 'exists': {
      const token = reader.next();
      if (token !== 'true' && token !== 'false') {
        throw new Refusal('exists match pattern must be either true or false.');
      }
      return single(reader, token === 'true' ? exists : absent);
    }
    case 'cidr':
      // The reference's own message, although this is not a prefix.
      return single(reader, addressRange(cidrRange(string(reader, 'prefix match pattern must be a string'))));
    case 'anything-but':
      return parseAnythingBut(reader, dialect);
    default:
      throw new Refusal(`Unrecognized match type ${operator}`);
  }
}

function parseAffix(
  reader: JsonReader,
  name: 'prefix' | 'suffix',
  plain: (text: string) => Alternative,
  ignoreCase: (text: string) => Alternative,
): Alternative {
  const token = reader.next();
  if (token === 'string') return single(reader, plain(reader.text));
  if (token !== '{') throw new Refusal(`${name} match pattern must be a string`);
  const [first = '', ...rest] = name;
  if (reader.next() !== 'name') throw new Refusal(`${first.toUpperCase()}${rest.join('')} expression name not found`);
  if (reader.text !== 'equals-ignore-case') throw new Refusal(`Unsupported ${name} pattern: ${reader.text}`);
  const inner = ignoreCase(string(reader, 'equals-ignore-case match pattern must be a string'));
  expect(reader, '}', ONE_KEY);
  return single(reader, inner);
}

function parseAnythingBut(reader: JsonReader, dialect: Dialect): Alternative {
  const token = reader.next();
  if (token === '{') return parseAnythingButOperator(reader, dialect);
  requireAnythingButOperand(token);
  const parsed = token === '[' ? anythingButList(reader) : anythingButOne(reader, token);
  expect(reader, '}', TOO_MANY);
  return parsed;
}

function anythingButOne(reader: JsonReader, token: JsonToken): Alternative {
  if (token === 'string') return anythingButStrings([wellFormed(reader.text)]);
  const reading = readNumber(reader.text);
  if ('problem' in reading) throw new Refusal(reading.problem, true);
  return anythingButNumbers([reading.number]);
}

function anythingButList(reader: JsonReader): Alternative {
  const strings: string[] = [];
  const numbers: number[] = [];
  for (let token = reader.next(); token !== ']'; token = reader.next()) {
    if (token === 'string') strings.push(wellFormed(reader.text));
    else if (token === 'number') {
      const reading = readNumber(reader.text);
      if ('problem' in reading) throw new Refusal(reading.problem);
      numbers.push(reading.number);
    } else throw new Refusal('Inside anything but list, start|null|boolean is not supported.');
  }
  if (strings.length > 0 === numbers.length > 0) {
    throw new Refusal('Inside anything but list, either all values are number or string, mixed type is not supported');
  }
  return strings.length > 0 ? anythingButStrings(strings) : anythingButNumbers(numbers);
}

const WITH_OR_OPERATORS = ['equals-ignore-case', 'prefix', 'suffix', 'wildcard'] as const;
type AnythingButOperator = (typeof WITH_OR_OPERATORS)[number];

/** `{"anything-but": {"prefix": …}}`, from after the second `{`. */
function parseAnythingButOperator(reader: JsonReader, dialect: Dialect): Alternative {
  if (reader.next() !== 'name') throw new Refusal('Anything-But expression name not found');
  const operator = WITH_OR_OPERATORS.find((name) => name === reader.text);
  if (operator === undefined || (operator === 'wildcard' && dialect === 'without-or')) {
    throw new Refusal(`Unsupported anything-but pattern: ${reader.text}`);
  }
  const isAffix = operator === 'prefix' || operator === 'suffix';
  const token = reader.next();
  // The second reading does not support a list of prefixes or suffixes.
  if (isAffix && dialect === 'without-or' && token !== 'string') throw new Refusal(mustBeString(operator));
  requireAnythingButOperand(token);
  const texts: string[] = [];
  const add = (found: JsonToken) => {
    if (found !== 'string') throw new Refusal(mustBeString(operator));
    if (isAffix && reader.text === '') throw new Refusal('Null prefix/suffix not allowed');
    texts.push(operator === 'suffix' ? suffixText(reader.text) : wellFormed(reader.text));
  };
  if (token !== '[') add(token);
  else for (let found = reader.next(); found !== ']'; found = reader.next()) add(found);
  const message = isAffix && dialect === 'without-or' ? ONE_KEY : TOO_MANY;
  const parsed = anythingBut(operator, texts);
  expect(reader, '}', message);
  expect(reader, '}', message);
  return parsed;
}

/** The message of the second reading, which is the one that counts. */
function mustBeString(operator: AnythingButOperator): string {
  return operator === 'equals-ignore-case'
    ? 'Inside anything-but/ignore-case list, number|start|null|boolean is not supported.'
    : 'prefix/suffix match pattern must be a string';
}

function requireAnythingButOperand(token: JsonToken): void {
  if (token !== '[' && token !== 'string' && token !== 'number') {
    throw new Refusal('Value of anything-but must be an array or single string/number value.');
  }
}

function string(reader: JsonReader, otherwise: string): string {
  expect(reader, 'string', otherwise);
  return reader.text;
}

function single(reader: JsonReader, parsed: Alternative): Alternative {
  expect(reader, '}', ONE_KEY);
  return parsed;
}

function expect(reader: JsonReader, token: JsonToken, otherwise: string): void {
  if (reader.next() !== token) throw new Refusal(otherwise);
}
