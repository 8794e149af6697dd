import { type Alternative, exactNumber, numberRange } from './alternative.ts';
import { readNumber } from './comparable-number.ts';
import type { JsonReader, JsonToken } from './json-reader.ts';
import { Refusal } from './refusal.ts';

const TOO_MANY = 'Too many elements in numeric expression';
const LOWEST = { number: -Number.MAX_VALUE, isOpen: false };
const HIGHEST = { number: Number.MAX_VALUE, isOpen: false };

/** Reads a list such as `["=", 5]`, `[">", 5]` or `[">=", 0, "<", 5]`, from before the `[` to the `]`. */
export function parseNumeric(reader: JsonReader): Alternative {
  if (reader.next() !== '[') throw new Refusal('Value of numeric must be an array.');
  const first = reader.next();
  if (first !== 'string') throw new Refusal(`Invalid member in numeric match: ${spelled(reader, first)}`);
  const operator = reader.text;
  const token = reader.next();
  switch (operator) {
    case '=': {
      const text = numeric(reader, token, 'equals');
      expectEnd(reader, TOO_MANY);
      return exactNumber(comparable(text));
    }
    case '<':
    case '<=': {
      const text = numeric(reader, token, operator);
      expectEnd(reader, TOO_MANY);
      return numberRange(LOWEST, { number: comparable(text), isOpen: operator === '<' });
    }
    case '>':
    case '>=': {
      const text = numeric(reader, token, operator);
      const isOpen = operator === '>';
      const next = reader.next();
      if (next === ']') return numberRange({ number: comparable(text), isOpen }, HIGHEST);
      return parseTop(reader, next, text, isOpen);
    }
    default:
      throw new Refusal(`Unrecognized numeric range operator: ${operator}`);
  }
}

function parseTop(reader: JsonReader, token: JsonToken, bottom: string, isOpen: boolean): Alternative {
  if (token !== 'string') throw new Refusal(`Bad value in numeric range: ${spelled(reader, token)}`);
  const operator = reader.text;
  if (operator !== '<' && operator !== '<=') throw new Refusal(`Bad numeric range operator: ${operator}`);
  const top = numeric(reader, reader.next(), operator);
  expectEnd(reader, 'Too many terms in numeric range expression');
  const range = [
    { number: comparable(bottom), isOpen },
    { number: comparable(top), isOpen: operator === '<' },
  ] as const;
  if (range[0].number >= range[1].number) throw new Refusal('Bottom must be less than top');
  return numberRange(...range);
}

function numeric(reader: JsonReader, token: JsonToken, operator: string): string {
  if (token !== 'number') throw new Refusal(`Value of ${operator} must be numeric`);
  return reader.text;
}

function comparable(text: string): number {
  const reading = readNumber(text);
  if ('problem' in reading) throw new Refusal(reading.problem);
  return reading.number;
}

function expectEnd(reader: JsonReader, otherwise: string): void {
  if (reader.next() !== ']') throw new Refusal(otherwise);
}

/** The token as written. */
function spelled(reader: JsonReader, token: JsonToken): string {
  return ['name', 'string', 'number'].includes(token) ? reader.text : token;
}
