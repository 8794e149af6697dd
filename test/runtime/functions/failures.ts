import type { Case } from '../recording.ts';

const throws = (name: string, value: string): Case => ({
  name: `throws ${name}`,
  files: { 'index.mjs': `export const handler = async (event) => { if (event.fail) throw ${value}; };` },
  events: [{ fail: true }, {}],
});
const throwsAtOnce = (name: string, value: string): Case => ({
  name: `throws ${name} without a promise`,
  files: {
    'index.mjs': `export const handler = (event) => { if (event.fail) throw ${value}; return Promise.resolve(1); };`,
  },
  events: [{ fail: true }, {}],
});

/** What a handler may throw. */
export const FAILURES: Case[] = [
  throws('an error', 'new TypeError("no")'),
  throws('an error with properties', 'Object.assign(new Error("no"), { code: "E_NO", detail: { a: [1] } })'),
  throws('an error with a cause', 'new Error("outer", { cause: new RangeError("inner") })'),
  throws('an error of its own class', 'new (class Broken extends Error { name = "Broken"; })("no")'),
  throws('an error with an empty name', 'Object.assign(new Error("no"), { name: "" })'),
  throws('an error whose name is a number', 'Object.assign(new Error("no"), { name: 7 })'),
  throws('an error without a stack', 'Object.assign(new Error("no"), { stack: undefined })'),
  throws('an error whose stack is a number', 'Object.assign(new Error("no"), { stack: 5 })'),
  throws('an error that refers to itself', '(() => { const e = new Error("no"); e.self = e; return e; })()'),
  throws('an error with a BigInt', 'Object.assign(new Error("no"), { count: 1n })'),
  throws('an aggregate error', 'new AggregateError([new Error("a"), "b"], "several")'),
  throws('an error with DEL in its texts', 'Object.assign(new Error("a\\x7fb"), { name: "N\\x7f" })'),
  throws('an error of several lines', 'new Error("first\\nsecond\\tthird")'),
  throws('a text', '"no"'),
  throws('a number', '7'),
  throws('an object', '{ reason: "no" }'),
  throws('an object that looks like an error', '{ name: "Like", message: "no", stack: "Like: no\\n    at nowhere" }'),
  throws('a list', '["a", "b"]'),
  throws('a symbol', 'Symbol("no")'),
  throws('a function', '() => 1'),
  throws('null', 'null'),
  throws('undefined', 'undefined'),
  throws('false', 'false'),
  throws('a BigInt', '5n'),
  throwsAtOnce('an error', 'new TypeError("no")'),
  throwsAtOnce('a text', '"no"'),
  throwsAtOnce('null', 'null'),
  {
    name: 'rejects with an error made elsewhere',
    files: {
      'index.mjs':
        'import { runInNewContext } from "node:vm"; export const handler = async () => { throw runInNewContext("new TypeError(\\"no\\")"); };',
    },
  },
  {
    name: 'fails in a module that it imports',
    files: {
      'index.mjs': 'import { work } from "./work.mjs"; export const handler = async () => work();',
      'work.mjs': 'export const work = () => { throw new RangeError("deep"); };',
    },
  },
  {
    name: 'succeeds, fails and succeeds again',
    files: {
      'index.mjs':
        'let n = 0; export const handler = async () => { n += 1; if (n === 2) throw new Error("second"); return n; };',
    },
    events: [{}, {}, {}],
  },
];
