import type { Case } from '../recording.ts';

const does = (name: string, body: string, events: unknown[] = [{}, {}]): Case => ({
  name,
  files: { 'index.mjs': `export const handler = async (event) => { ${body} };` },
  events,
});
const SLEEP = 'await new Promise((resolve) => setTimeout(resolve, 200));';

/** How a process may end, and what is left when a handler has ended. */
export const ENDINGS: Case[] = [
  does('exits with 0', 'process.exit(0);'),
  does('exits with 3', 'console.log("before"); process.exit(3);'),
  does('exits with process.exitCode and an empty event loop', 'process.exitCode = 4; await new Promise(() => {});'),
  does('kills itself', 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {});'),
  does('aborts', 'process.abort();'),
  does('waits for what never comes, with an empty event loop', 'await new Promise(() => {});'),
  does('leaves a rejection without a handler', `Promise.reject(new Error("lost")); ${SLEEP} return "never";`),
  does('leaves the rejection of a text', `Promise.reject("lost"); ${SLEEP} return "never";`),
  does('leaves the rejection of undefined', `Promise.reject(); ${SLEEP} return "never";`),
  does('leaves a rejection and returns at once', 'Promise.reject(new Error("lost")); return "at once";'),
  does('throws in a timer', `setTimeout(() => { throw new RangeError("in a timer"); }, 10); ${SLEEP} return "never";`),
  does('throws a text in a timer', `setTimeout(() => { throw "in a timer"; }, 10); ${SLEEP} return "never";`),
  does(
    'emits an error that nobody listens for',
    `const { EventEmitter } = await import("node:events"); setTimeout(() => new EventEmitter().emit("error", new Error("unheard")), 10); ${SLEEP}`,
  ),
  does(
    'handles a rejection later',
    'const p = Promise.reject(new Error("late")); setImmediate(() => p.catch(() => {})); return 1;',
    [{}, {}],
  ),
  does('returns while a timer runs', 'setTimeout(() => console.log("after"), 5000); return "returned";', [{}]),
  does('returns while an interval runs', 'setInterval(() => {}, 10); return "returned";'),
  does('blocks the event loop for a while', 'const end = Date.now() + 100; while (Date.now() < end); return "done";'),
  {
    name: 'has a handler of its own for uncaught errors',
    files: {
      'index.mjs': `process.on("uncaughtException", (error) => console.log("own", error.message));
        export const handler = async () => { setTimeout(() => { throw new Error("mine"); }, 5); ${SLEEP} return "alive"; };`,
    },
    runtimes: ['nodejs24.x'],
  },
  {
    name: 'has a handler of its own for unhandled rejections',
    files: {
      'index.mjs': `process.on("unhandledRejection", (error) => console.log("own", error.message));
        export const handler = async () => { Promise.reject(new Error("mine")); ${SLEEP} return "alive"; };`,
    },
    runtimes: ['nodejs24.x'],
  },
  {
    name: 'listens for beforeExit and exit',
    files: {
      'index.mjs': `process.on("beforeExit", () => console.log("beforeExit")); process.on("exit", (code) => console.log("exit", code));
        export const handler = async () => new Promise(() => {});`,
    },
    runtimes: ['nodejs24.x'],
  },
];
