import type { Case } from '../recording.ts';

const calls = (name: string, body: string, events: unknown[] = [{}, {}]): Case => ({
  name: `with a callback, ${name}`,
  files: { 'index.js': `exports.handler = (event, context, callback) => { ${body} };` },
  events,
});

/** Handlers with a callback, which nodejs24.x refuses, and the methods of the context before it. */
export const CALLBACKS: Case[] = [
  calls('gives a result', 'callback(null, { a: 1 });'),
  calls('gives no result', 'callback();'),
  calls('gives a result later', 'setTimeout(() => callback(null, "later"), 20);'),
  calls('gives an error', 'callback(new TypeError("no"));'),
  calls('gives a text as its error', 'callback("no");'),
  calls('gives an error that is false', 'callback(false, "x");'),
  calls('gives what is no JSON', 'callback(null, 1n);'),
  calls('gives what is no JSON, at once', 'context.callbackWaitsForEmptyEventLoop = false; callback(null, 1n);'),
  calls('calls twice', 'callback(null, 1); callback(null, 2);'),
  calls('calls with an error after a result', 'callback(null, 1); callback(new Error("late"));'),
  calls('throws', 'throw new TypeError("no");'),
  calls('throws after its call', 'callback(null, 1); throw new TypeError("late");'),
  calls('never calls', ''),
  calls('never calls, but a timer runs', 'setTimeout(() => console.log("timer"), 50);'),
  calls(
    'calls while a timer runs, and waits for it',
    'setTimeout(() => console.log("timer"), 50); callback(null, "called");',
  ),
  calls(
    'calls while a timer runs, and does not wait',
    'context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => console.log("timer"), 300); callback(null, "called");',
  ),
  calls('succeeds by its context', 'context.succeed({ a: 1 });'),
  calls('fails by its context', 'context.fail(new TypeError("no"));'),
  calls('fails by its context without an error', 'context.fail();'),
  calls('is done by its context', 'context.done(null, "done");'),
  calls('is done by its context with an error', 'context.done("no");'),
  calls(
    'returns a promise as well',
    'setTimeout(() => callback(null, "called"), 60); return Promise.resolve("promised");',
  ),
  calls(
    'returns a promise that comes later than its call',
    'callback(null, "called"); return new Promise((r) => setTimeout(r, 50, "promised"));',
  ),
  calls(
    'reads callbackWaitsForEmptyEventLoop',
    'callback(null, [context.callbackWaitsForEmptyEventLoop, Object.keys(context)]);',
  ),
  calls('rejects', 'return Promise.reject(new TypeError("no"));'),
  {
    name: 'with a callback that has a default value',
    files: { 'index.mjs': 'export const handler = async (event, context, callback = null) => typeof callback;' },
  },
  {
    name: 'with a callback, as an async function',
    files: { 'index.mjs': 'export const handler = async (event, context, callback) => "promised";' },
  },
  {
    name: 'with the methods of an earlier context, and two parameters',
    files: {
      'index.mjs':
        'export const handler = (event, context) => { context.succeed?.("by the context"); return typeof context.succeed; };',
    },
  },
  {
    name: 'with a promise and an interval',
    files: { 'index.mjs': 'export const handler = async () => { setInterval(() => {}, 1000); return "promised"; };' },
  },
];
