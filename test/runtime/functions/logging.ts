import type { Case } from '../recording.ts';

const FORMATS: [string, Pick<Case, 'logging'>][] = [
  ['as text', {}],
  ['as JSON', { logging: { format: 'JSON' } }],
];
const logs = (name: string, statements: string): Case[] =>
  FORMATS.map(([how, more]) => ({
    name: `logs ${name}, ${how}`,
    files: { 'index.mjs': `export const handler = async () => { ${statements} };` },
    ...more,
  }));
const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].map(
  (level): Case => ({
    name: `logs at each level, from ${level}`,
    files: {
      'index.mjs': `for (const level of ["trace", "debug", "info", "log", "warn", "error", "fatal"]) console[level](level, "at init");
        export const handler = async () => { for (const level of ["trace", "debug", "info", "log", "warn", "error", "fatal"]) console[level](level); };`,
    },
    logging: { format: 'JSON', level },
  }),
);

/** Lines of the log. */
export const LOGGING: Case[] = [
  ...levels,
  ...logs(
    'texts and values',
    'console.log("a", 1, true, null, undefined, { b: { c: { d: { e: 1 } } } }, [1, "x"], Symbol("s"), 5n);',
  ),
  ...logs('a format', 'console.log("%s is %d of %j and %o 100%", "x", 7, { a: 1 }, [2], "more");'),
  ...logs('one object', 'console.log({ a: 1, nested: { list: [1, 2] }, none: undefined, date: new Date(0) });'),
  ...logs('one error', 'console.error(Object.assign(new TypeError("bad"), { code: 7 }));'),
  ...logs('an error after a text', 'console.error("failed:", new TypeError("bad"), new Error("second"));'),
  ...logs('an error before a text', 'console.error(new TypeError("bad"), "failed");'),
  ...logs('an error inside an object', 'console.log({ error: new RangeError("inner") });'),
  ...logs('nothing', 'console.log(); console.log(""); console.log(undefined); console.log(null);'),
  ...logs('several lines', 'console.log("first\\nsecond\\r\\nthird");'),
  ...logs(
    'what JSON cannot hold',
    'const o = { n: 1n }; console.log(o); const c = {}; c.c = c; console.log(c); console.log("and", c);',
  ),
  ...logs('controls and emoji', 'console.log("\\u001b[31mred\\u001b[0m \\u0000 \\u2028 😀");'),
  ...logs(
    'by other methods',
    'console.table([{ a: 1 }]); console.dir({ a: 1 }); console.group("g"); console.log("in"); console.groupEnd(); console.assert(false, "x"); console.count();',
  ),
  ...logs(
    'by process.stdout and stderr',
    'process.stdout.write("raw out\\n"); process.stderr.write("raw err\\n"); console.log("by console");',
  ),
  ...logs('and fails', 'console.log("before"); throw Object.assign(new TypeError("no"), { detail: { a: 1 } });'),
  ...logs('and throws a text', 'throw "no";'),
  ...FORMATS.map(
    ([how, more]): Case => ({
      name: `logs while it is loaded, and fails, ${how}`,
      files: { 'index.mjs': 'console.log("loading"); console.warn({ a: 1 }); throw new TypeError("at import");' },
      ...more,
    }),
  ),
  ...FORMATS.map(
    ([how, more]): Case => ({
      name: `logs in each of several invocations, also from timers, ${how}`,
      files: {
        'index.mjs':
          'console.log("init"); let n = 0; export const handler = async () => { console.log("invocation", ++n); setTimeout(() => console.log("after", n), 1); await new Promise((r) => setTimeout(r, 200)); };',
      },
      events: [{}, {}, {}],
      ...more,
    }),
  ),
  {
    name: 'replaces console.log',
    files: {
      'index.mjs':
        'console.log = (text) => process.stdout.write("own " + text + "\\n"); export const handler = async () => { console.log("x"); console.info("y"); };',
    },
  },
  {
    name: 'uses a console of its own',
    files: {
      'index.mjs':
        'import { Console } from "node:console"; const own = new Console(process.stdout, process.stderr); export const handler = async () => { own.log("x"); own.error("y"); };',
    },
  },
  {
    name: 'asks for a level that does not exist',
    files: { 'index.mjs': 'export const handler = async () => { console.trace("t"); console.debug("d"); };' },
    logging: { format: 'JSON', level: 'LOUD' },
  },
  {
    name: 'has a log group of its choice',
    files: {
      'index.mjs':
        'export const handler = async (_, context) => [context.logGroupName, context.logStreamName, process.env.AWS_LAMBDA_LOG_FORMAT];',
    },
    logging: { group: '/calls/all' },
  },
];
