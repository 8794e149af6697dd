import fc, { type Arbitrary } from 'fast-check';

/**
 * Patterns and events as JSON text, made of few names and few values so that they meet often: text, as keys may come
 * twice, and numbers may be written in many ways.
 */

const NAMES = [
  'a',
  'b',
  'c',
  'a',
  'b',
  'c',
  'a.b',
  'b.c',
  '$or',
  '',
  'a.',
  '.',
  '.a',
  'prefix',
  '__proto__',
  'constructor',
];

const STRINGS = [
  'x', 'y', 'xy', 'XY', 'xyx', 'xyxyx', '', '"', 'x"', '"x', '*', '\\', '\\*', 'true', 'null', '1', '1.0',
  'é', 'É', 'ß', 'SS', 'ss', 'ſ', 'ǆ', 'ǅ', 'İ', 'i̇', 'ı', 'K', 'k', 'ﬁ', 'FI', '😀', 'x😀', '雨', '?', '??', 'x?',
  '10.0.0.1', '10.0.0.15', '10.0.0.255', '010.0.0.1', '0.0.0.10', '33.0.0.0', '18.52.86.120', '1.2.3', '1.2.3.256',
  '00.0.0.0', '::', '::1', '0:0:0:0:0:0:0:1', '::ffff:a00:1', '2001:db8::1', '2001:DB8:0::1', '1:2', 'a::b::c', '0a12::',
  '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:', '00001::', '10000::', ':', ':::',
]; // biome-ignore format: a list of examples
const NUMBERS = [
  '0', '-0', '0.0', '1', '1.0', '1e0', '10', '100e-1', '0.1', '0.10', '1E-1', '3.018e2', '301.8', '-5', '5', '-5.0',
  '1e400', '-1e400', '1e-400', '1e999999999999', '1e2147483647', '0e2147483648', '1e-2147483648', '12345678',
  '123456789012345678901', '9007199254740993', '9007199254740992', '4.9e-324', '5e-324', '1.7976931348623157e308',
  '-1.7976931348623157E308', '2.2250738585072014E-308', '0.30000000000000004', '0.3', '1234567', '1.5e300', '1E5',
  '0.30000000000000004440892098500626', '6.00000000000003', '-3.0000000000000413',
]; // biome-ignore format: a list of examples
const CIDRS = [
  '10.0.0.0/8', '10.0.0.0/24', '10.0.0.1/31', '0.0.0.0/0', '18.52.86.0/24', '10.0.0.0/32', '10.0.0.0/-1', '10.0.0.0/+8',
  '10.0.0.0/x', '10.0.0.0', '/8', '10.0.0.0/8/', '10.0.0.0/8/8', '2001:db8::/32', '::/0', '2000::/3', '::1/127',
  '::1/128', '::ffff:a00:0/24', '::ffff:a00:0/96', '1.2.3.256/8', 'x/8', 'a::b::c/8', '10.0.0.0/99999999999', '//', '',
]; // biome-ignore format: a list of examples

const json = (value: unknown) => JSON.stringify(value);
const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...STRINGS) },
  { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(...'xyX*\\"?éß'), maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const string = text.map(json);
const number = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.integer({ min: -9, max: 9 }).map(String) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(json) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x3fff_ffff }).map(String) },
);
const literal = fc.oneof(
  { weight: 5, arbitrary: string },
  { weight: 3, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'null') },
);
/** Numbers that operators take. */
const sound = fc.oneof(
  fc.integer({ min: -9, max: 9 }).map(String),
  fc.constantFrom('0.1', '1.0', '10', '-5.0', '3.018e2', '12345678', '1.5e300', '0.30000000000000004', '1e-7'),
);
const operand = fc.oneof({ weight: 12, arbitrary: sound }, { weight: 1, arbitrary: number });
/** Something of a kind that is wrong in most places. */
const anything = fc.oneof(literal, fc.constantFrom('[]', '{}', '[[]]', '[null]', '{"a":1}', '{"a":[1]}', '["x",1]'));

/** Mostly the first, now and then anything else. */
const mostly = (arbitrary: Arbitrary<string>) =>
  fc.oneof({ weight: 250, arbitrary }, { weight: 1, arbitrary: anything });
const list = (element: Arbitrary<string>, minLength = 0) =>
  fc.array(element, { minLength, maxLength: 3 }).map((elements) => `[${elements.join(',')}]`);
const object = (name: string, value: Arbitrary<string>) => value.map((inner) => `{${json(name)}:${inner}}`);
const oneOrList = (element: Arbitrary<string>) =>
  fc.oneof(
    { weight: 9, arbitrary: element },
    { weight: 9, arbitrary: list(element, 1) },
    { weight: 1, arbitrary: list(element) },
  );

const wildcard = fc
  .oneof(
    {
      weight: 20,
      arbitrary: fc.string({
        unit: fc.constantFrom('x', 'y', '*', 'x', 'y', '*', 'é', '😀', '\\*', '\\\\'),
        maxLength: 6,
      }),
    },
    { weight: 1, arbitrary: text },
  )
  .map((pattern) => json(pattern.length % 7 === 6 ? pattern : pattern.replaceAll(/\*+/g, '*')));
const caseless = mostly(object('equals-ignore-case', mostly(string)));
const comparison = fc
  .tuple(fc.constantFrom('=', '<', '<=', '>', '>=', '=', '<', '<=', '>', '>=', '!'), operand)
  .map(([operator, operand]) => `${json(operator)},${operand}`);
const numeric = fc.oneof(
  { weight: 3, arbitrary: comparison.map((one) => `[${one}]`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('">"', '">="'), operand, fc.constantFrom('"<"', '"<="', '"<"', '"<="', '"="'), operand)
      .map(([above, low, below, high]) => {
        const [bottom, top] = Number(low) > Number(high) && low.length % 4 > 0 ? [high, low] : [low, high];
        return `[${above},${bottom},${below},${top}]`;
      }),
  },
);
const cidr = fc
  .oneof(
    { weight: 12, arbitrary: fc.constantFrom(...CIDRS.slice(0, 5), '2001:db8::/32', '2000::/3', '::1/127', '::/0') },
    { weight: 1, arbitrary: fc.constantFrom(...CIDRS) },
  )
  .map(json);
const operator = fc.oneof(
  object('prefix', mostly(fc.oneof(string, caseless))),
  object('suffix', mostly(fc.oneof(string, caseless))),
  object('equals-ignore-case', mostly(string)),
  object('exactly', mostly(string)),
  object('wildcard', mostly(wildcard)),
  object('numeric', mostly(numeric)),
  object('exists', mostly(fc.constantFrom('true', 'false'))),
  object('cidr', mostly(cidr)),
  object('anything-but', mostly(oneOrList(string))),
  object('anything-but', mostly(oneOrList(operand))),
  object('anything-but', object('prefix', mostly(oneOrList(string)))),
  object('anything-but', object('suffix', mostly(oneOrList(string)))),
  object('anything-but', object('equals-ignore-case', mostly(oneOrList(string)))),
  object('anything-but', object('wildcard', mostly(oneOrList(wildcard)))),
);
const odd = fc.oneof(
  object('regex', string),
  object('anything-but', anything),
  object('anything-but', list(literal)),
  object('numeric', list(fc.oneof(comparison, anything))),
  object('anything-but', object('numeric', anything)),
  fc.tuple(operator, operator).map(([a, b]) => `${a.slice(0, -1)},${b.slice(1)}`),
  anything,
);
const alternative = fc.oneof(
  { weight: 90, arbitrary: literal },
  { weight: 110, arbitrary: operator },
  { weight: 1, arbitrary: odd },
);
const alternatives = fc
  .array(alternative, { minLength: 1, maxLength: 4, size: 'small' })
  .map((all) => `[${all.join(',')}]`);

const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('a', 'a', 'b', 'b', 'c') },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES) },
);
const objectOf = (value: Arbitrary<string>, max: number) =>
  fc
    .array(fc.tuple(name, value), { minLength: 1, maxLength: max })
    .map((fields) => `{${fields.map(([key, inner]) => `${json(key)}:${inner}`).join(',')}}`);

/** What a field of a pattern holds, down to the given depth. */
function fieldOf(depth: number): Arbitrary<string> {
  if (depth === 0) return mostly(alternatives);
  return fc.oneof(
    { weight: 3, arbitrary: mostly(alternatives) },
    {
      weight: 2,
      arbitrary: fc.oneof(
        { weight: 12, arbitrary: objectOf(fieldOf(depth - 1), 2) },
        { weight: 0, arbitrary: anything },
      ),
    },
  );
}

/** Objects with `$or` among their fields, and more fields before and after. */
function withOr(depth: number): Arbitrary<string> {
  const branch = depth === 0 ? objectOf(fieldOf(1), 2) : fc.oneof(objectOf(fieldOf(1), 2), withOr(depth - 1));
  const or = fc
    .array(fc.oneof({ weight: 250, arbitrary: branch }, { weight: 1, arbitrary: anything }), {
      minLength: 2,
      maxLength: 4,
    })
    .map((branches) => `"$or":[${branches.join(',')}]`);
  const fields = fc.array(objectOf(fieldOf(1), 1), { maxLength: 1 }).map((all) => all.map((one) => one.slice(1, -1)));
  const inner = fc
    .tuple(fields, or, fields)
    .map(([before, middle, after]) => `{${[...before, middle, ...after].join(',')}}`);
  return fc.oneof({ weight: 3, arbitrary: inner }, { weight: 1, arbitrary: object('a', inner) });
}

export const pattern: Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: objectOf(fieldOf(0), 2) },
  { weight: 5, arbitrary: objectOf(fieldOf(2), 3) },
  { weight: 4, arbitrary: withOr(1) },
);

/** What a field of an event holds. */
function contentOf(depth: number): Arbitrary<string> {
  if (depth === 0) return literal;
  const inner = contentOf(depth - 1);
  return fc.oneof(
    { weight: 4, arbitrary: literal },
    { weight: 3, arbitrary: list(inner) },
    { weight: 4, arbitrary: objectOf(inner, 3) },
    { weight: 1, arbitrary: fc.constantFrom('{}', '[]', '[[]]') },
  );
}

export const event: Arbitrary<string> = objectOf(contentOf(3), 4);

/** Draws on a list of numbers, from the start again at its end. */
type Draw = (below: number) => number;

function drawFrom(numbers: readonly number[]): Draw {
  let at = 0;
  return (below) => (numbers[at++ % numbers.length] as number) % below;
}

/** An event that the pattern may well match: of its fields and the values that it names. */
function answer(pattern: unknown, draw: Draw): string {
  if (Array.isArray(pattern)) {
    const [a, b] = [named(pattern[draw(pattern.length)], draw), named(pattern[draw(pattern.length)], draw)];
    return [a, a, a, `[${a}]`, `[${a},${b}]`, `["y",${a}]`, `[["x",${a}],${b}]`][draw(7)] as string;
  }
  if (typeof pattern !== 'object' || pattern === null) return '1';
  const fields = Object.entries(pattern).flatMap(([key, inner]): [string, string][] => {
    if (key !== '$or' || !Array.isArray(inner) || inner.length === 0) return [[json(key), answer(inner, draw)]];
    return [...(answer(inner[draw(inner.length)], draw).matchAll(/^\{(.*)\}$/g) ?? [])].map(([, all]) => [
      '',
      all as string,
    ]);
  });
  const object = `{${fields.map(([key, inner]) => (key === '' ? inner : `${key}:${inner}`)).join(',')}}`;
  return [object, object, object, `[${object}]`, `[{"a":"x"},${object}]`, `[[${object}],1,{"b":2}]`][draw(6)] as string;
}

/** A value that the alternative names, or one near it. */
function named(alternative: unknown, draw: Draw): string {
  if (typeof alternative !== 'object' || alternative === null) return json(alternative);
  const operands = JSON.stringify(alternative).match(/"(?:[^"\\]|\\.)*"(?!:)|-?[0-9][0-9.eE+-]*/g) ?? ['1'];
  const operand = operands[draw(operands.length)] as string;
  if (!operand.startsWith('"'))
    return [operand, operand, `-${operand}`.replace('--', ''), `${operand}0`][draw(4)] as string;
  const plain: string = JSON.parse(operand);
  const near = [plain, plain.replaceAll('*', 'xy'), `${plain}x`, `x${plain}`, plain.toUpperCase(), plain.split('/')[0]];
  return json(near[draw(near.length)]);
}

/** A pattern and an event that has something to do with it. */
export const pair: Arbitrary<{ pattern: string; event: string }> = fc
  .tuple(pattern, event, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), fc.nat(60))
  .map(([one, other, numbers, damage]) => {
    const draw = drawFrom(numbers);
    const either = draw(3) === 0 ? other : (like(one, draw) ?? other);
    return { pattern: damage === 0 ? cut(one, numbers) : one, event: damage === 1 ? cut(either, numbers) : either };
  });

function like(pattern: string, draw: Draw): string | undefined {
  try {
    const event = answer(JSON.parse(pattern), draw);
    return event.startsWith('{') ? event : `{"a":${event}}`;
  } catch {
    return undefined; // the pattern is no JSON
  }
}

/** The text with one character taken out. */
function cut(json: string, [at = 0]: readonly number[]): string {
  const place = at % json.length;
  return json.slice(0, place) + json.slice(place + 1);
}

/** A single alternative and a single value, with halves of surrogate pairs. */
export const loneSurrogatePair: Arbitrary<{ pattern: string; event: string }> = fc
  .tuple(
    fc.constantFrom('exactly', 'prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'anything-but'),
    fc.array(fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', '?', 'x', '😀'), maxLength: 3 }), {
      minLength: 2,
      maxLength: 2,
    }),
    fc.constantFrom('plain', 'literal', 'negated', 'caseless'),
    fc.nat(3),
  )
  .map(([operator, [text = '', other = ''], form, same]) => {
    const value = json(same === 0 ? text : other);
    const negatable = operator === 'exactly' || operator === 'anything-but' ? 'suffix' : operator;
    const forms = {
      plain: { [operator]: text },
      literal: text,
      negated: { 'anything-but': { [negatable]: text === '' ? 'x' : text } },
      caseless: { [negatable === 'prefix' ? 'prefix' : 'suffix']: { 'equals-ignore-case': text } },
    };
    return { pattern: json({ a: [forms[form]] }), event: `{"a":${value}}` };
  });
