import type { Case } from '../recording.ts';

const returns = (name: string, value: string): Case => ({
  name: `returns ${name}`,
  files: { 'index.mjs': `export const handler = async () => { return ${value}; };` },
});

/** What a handler may return. */
export const RESULTS: Case[] = [
  returns('an object', '{ a: 1, b: [true, null, "ü"] }'),
  returns('nothing', ''),
  returns('undefined', 'undefined'),
  returns('null', 'null'),
  returns('a text', '"text \\u2028 \\"quoted\\""'),
  returns('an empty text', '""'),
  returns('a number', '1.5e300'),
  returns('what is not a number', 'NaN'),
  returns('infinity', '[Infinity, -Infinity, -0]'),
  returns('false', 'false'),
  returns('a date', 'new Date(0)'),
  returns('a buffer', 'Buffer.from("abc")'),
  returns('a map and a set', '{ map: new Map([[1, 2]]), set: new Set([1]) }'),
  returns('an error', 'Object.assign(new Error("kept"), { code: 7 })'),
  returns('a BigInt', '1n'),
  returns('a BigInt inside an object', '{ deep: { count: 12345678901234567890n } }'),
  returns('an object that refers to itself', '(() => { const o = { status: 200 }; o.self = { o }; return o; })()'),
  returns('an object whose toJSON throws', '{ toJSON() { throw new RangeError("no JSON"); } }'),
  returns('an object with toJSON', '{ toJSON: () => ({ given: "by toJSON" }) }'),
  returns('an object whose toJSON gives undefined', '{ toJSON: () => undefined }'),
  returns('undefined inside an object and a list', '{ a: undefined, b: [undefined, () => {}] }'),
  returns('a function', '() => 1'),
  returns('a symbol', 'Symbol("s")'),
  returns('a promise in a promise', 'Promise.resolve(Promise.resolve("inner"))'),
  returns('a class instance with a getter', 'new (class A { x = 1; get y() { return 2; } })()'),
  returns('lone surrogates', '"\\ud800"'),
  returns('a text of 20,000 characters', '"x".repeat(20000)'),
  {
    name: 'returns a value without a promise',
    files: { 'index.mjs': 'export const handler = () => ({ plain: true });' },
  },
  {
    name: 'returns a thenable that is no promise',
    files: { 'index.mjs': 'export const handler = () => ({ then: (resolve) => setTimeout(resolve, 10, "later") });' },
  },
  {
    name: 'returns a thenable that rejects',
    files: {
      'index.mjs':
        'export const handler = () => ({ then: (_, reject) => setTimeout(reject, 10, new RangeError("no")) });',
    },
  },
  {
    name: 'is a generator',
    files: { 'index.mjs': 'export const handler = function* () { yield 1; };' },
  },
  {
    name: 'returns the event',
    files: { 'index.mjs': 'export const handler = async (event) => event;' },
    events: [{ a: 1, 'ü\n': [1.5, 'x', null] }, [], 'text', 7, null],
  },
];
