import type { Case } from '../recording.ts';

/** Context, environment and globals. */
export const SURROUNDINGS: Case[] = [
  {
    name: 'returns its context',
    files: {
      'index.mjs':
        'export const handler = async (_, context) => [Object.keys(context), context, Object.keys(context).map((key) => typeof context[key]), Object.getPrototypeOf(context) === Object.prototype];',
    },
    events: [{}, {}],
  },
  {
    name: 'has two arguments, or three before nodejs24.x',
    files: { 'index.mjs': 'export const handler = async (...all) => all.length;' },
  },
  {
    name: 'asks for its remaining time',
    files: {
      'index.mjs':
        'export const handler = async (_, { getRemainingTimeInMillis }) => { const left = getRemainingTimeInMillis(); return [Number.isInteger(left), left > 4000, left <= 5000]; };',
    },
  },
  {
    name: 'returns its variables',
    files: { 'index.mjs': 'export const handler = async () => process.env;' },
    environment: { OWN: 'yes', EMPTY: '' },
    events: [{}, {}],
  },
  {
    name: 'returns the variables that it had while it was loaded',
    files: { 'index.mjs': 'const env = { ...process.env }; export const handler = async () => env;' },
    logging: { format: 'JSON', level: 'WARN' },
  },
  {
    name: 'changes the variables and the context of an invocation',
    files: {
      'index.mjs':
        'export const handler = async (_, context) => { const before = [process.env.MINE, context.mine]; process.env.MINE = "1"; context.mine = 1; return before; };',
    },
    events: [{}, {}],
  },
  {
    name: 'returns its trace',
    files: { 'index.mjs': 'export const handler = async () => process.env._X_AMZN_TRACE_ID;' },
    events: [{}, {}],
  },
  {
    name: 'lists what awslambda has',
    files: {
      'index.mjs':
        'export const handler = async () => [Object.keys(awslambda).sort(), typeof awslambda.streamifyResponse, typeof awslambda.HttpResponseStream.from];',
    },
  },
  {
    name: 'reads and writes awslambda.InvokeStore',
    files: {
      'index.mjs': `const store = awslambda.InvokeStore;
        const before = [store?.hasContext(), store?.getRequestId()];
        export const handler = async () => {
          const fresh = store?.get("own");
          store?.set("own", 1);
          let refused;
          try { store?.set(Symbol.for("_AWS_LAMBDA_REQUEST_ID"), 1); } catch (error) { refused = error.message; }
          return [before, fresh, store?.get("own"), refused, store?.getRequestId(), store?.getXRayTraceId(), store?.getTenantId(), store?.hasContext()];
        };`,
    },
    events: [{}, {}],
  },
  {
    name: 'wants no awslambda',
    files: { 'index.mjs': 'export const handler = async () => typeof awslambda;' },
    environment: { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: '1' },
  },
  {
    name: 'keeps its state for the next event',
    files: { 'index.mjs': 'let n = 0; export const handler = async () => ++n;' },
    events: [{}, {}, {}, {}],
  },
  {
    name: 'has Node’s arguments and no standard input',
    files: {
      'index.mjs':
        'import { text } from "node:stream/consumers"; export const handler = async () => [process.argv.length > 0, await text(process.stdin), process.title];',
    },
  },
  {
    name: 'is in strict mode as a module, and not as CommonJS',
    files: {
      'index.cjs':
        'exports.handler = async function () { return [this === undefined, (function () { return this === undefined; })()]; };',
    },
  },
];
