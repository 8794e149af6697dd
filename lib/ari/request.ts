/**
 * Where each parameter of a command travels. In a JSON body a comma, a quote or a backslash is data; in a query,
 * Asterisk splits lists at commas, and understands quotes, brackets and backslashes. So all that is not in the path
 * goes into the body, but for GET: Asterisk reads a body there as well, but proxies drop it and `fetch` refuses it.
 */
import { AriError } from './errors.ts';
import { booleanParameters, numberParameters } from './generated/operations.ts';

/** A command with each parameter in its place. */
export interface PlacedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

/** Asterisk answers 413 to a larger body. */
export const MAX_BODY_BYTES = 40_960;

/** Characters that mean something to Asterisk where it splits a list of a query. */
const LIST_SYNTAX = /[\\",()[\]]/g;
/**
 * In serialized JSON: NUL, and half of a surrogate pair. In a body, Asterisk answers 400 "Error parsing request body";
 * in a URL, it would read up to the NUL.
 */
const NOT_FOR_ASTERISK = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/**
 * Puts the parameters where Asterisk reads them.
 *
 * @param template from the table of operations: `METHOD path`, then the body parameter
 * @throws TypeError where a parameter is of the wrong type, AriError (`rejected`) where Asterisk cannot take what it holds
 */
export function placeParameters(operation: string, template: string, params: Record<string, unknown>): PlacedRequest {
  const [method = '', pathTemplate = '', bodyName = ''] = template.split(' ');
  if (NOT_FOR_ASTERISK.test(JSON.stringify(params))) {
    const message = 'expected text of whole characters without NUL, which is all that Asterisk reads. Nothing was sent';
    throw new AriError(operation, pathTemplate, { status: 400, message });
  }
  const left = new Map(Object.entries(params).filter(([, value]) => value !== undefined));
  const path = pathTemplate.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name);
    left.delete(name);
    return pathSegment(operation, name, value);
  });
  const fields = new Map([...left].map(([name, value]) => [name, typed(operation, name, value)]));

  // A body parameter without braces is the whole body: the others have to go into the query.
  const whole = bodyName !== '' && !bodyName.startsWith('{');
  let body: unknown;
  if (whole) {
    body = fields.get(bodyName);
    fields.delete(bodyName);
  } else if (method !== 'GET' && fields.size > 0) {
    body = Object.fromEntries(fields);
    fields.clear();
  }
  const query = new URLSearchParams();
  for (const [name, value] of fields) query.set(name, queryText(value));

  const bytes = body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body));
  if (bytes > MAX_BODY_BYTES) {
    const message = `expected parameters of at most ${MAX_BODY_BYTES} bytes as JSON, got ${bytes}: send less at once. Nothing was sent`;
    throw new AriError(operation, path, { status: 413, message });
  }
  return { method, path, query, body };
}

function pathSegment(operation: string, name: string, value: unknown): string {
  if (value === undefined || value === '') {
    throw new TypeError(`${operation}: expected \`${name}\` to be a non-empty string, got ${JSON.stringify(value)}`);
  }
  // However they are encoded, a URL takes them for steps to another path.
  if (value === '.' || value === '..') {
    throw new TypeError(`${operation}: expected \`${name}\` to be an id, got "${value}", which no URL can carry`);
  }
  return encodeURIComponent(String(value));
}

/** In a body a value has to be of the JSON type that Asterisk expects: it takes any other for one that is absent. */
function typed(operation: string, name: string, value: unknown): unknown {
  if (numberParameters.includes(name)) {
    const number = Number(value);
    if (value !== '' && Number.isSafeInteger(number)) return number;
    throw new TypeError(`${operation}: expected \`${name}\` to be a whole number, got ${JSON.stringify(value)}`);
  }
  if (booleanParameters.includes(name)) {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw new TypeError(`${operation}: expected \`${name}\` to be true or false, got ${JSON.stringify(value)}`);
  }
  if (Array.isArray(value)) return value.map((item) => (isPrimitive(item) ? String(item) : item));
  return isPrimitive(value) ? String(value) : value;
}

function isPrimitive(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function queryText(value: unknown): string {
  return Array.isArray(value)
    ? value.map((item) => String(item).replace(LIST_SYNTAX, String.raw`\$&`)).join(',')
    : String(value);
}
