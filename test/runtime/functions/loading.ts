import type { Case } from '../recording.ts';

const OK = 'export const handler = async () => "loaded";';
const COMMON = 'exports.handler = async () => "loaded";';
const loads = (name: string, files: Record<string, string>, handler?: string): Case => ({
  name,
  files,
  ...(handler !== undefined && { handler }),
});

/** Files and names of handlers. */
export const LOADING: Case[] = [
  loads('is an ES module in .mjs', { 'index.mjs': OK }),
  loads('is CommonJS in .js', { 'index.js': COMMON }),
  loads('is CommonJS in .cjs', { 'index.cjs': COMMON }),
  loads('is an ES module in .js, by package.json', { 'index.js': OK, 'package.json': '{"type":"module"}' }),
  loads('is CommonJS in .js, by package.json', { 'index.js': COMMON, 'package.json': '{"type":"commonjs"}' }),
  loads('is an ES module in .js without a package.json', { 'index.js': OK }),
  loads('has a package.json that is no JSON', { 'index.js': COMMON, 'package.json': '{' }),
  loads('has both .js and .mjs', {
    'index.js': 'exports.handler = async () => "js";',
    'index.mjs': 'export const handler = async () => "mjs";',
  }),
  loads('has .mjs and .cjs', {
    'index.cjs': 'exports.handler = async () => "cjs";',
    'index.mjs': 'export const handler = async () => "mjs";',
  }),
  loads('has a file without an extension', { index: 'exports.handler = async () => "bare";' }),
  loads('is in a folder', { 'src/deep/app.mjs': OK }, 'src/deep/app.handler'),
  loads('is in a folder with a dot', { 'src.d/app.mjs': OK }, 'src.d/app.handler'),
  loads(
    'is CommonJS in a folder of ES modules',
    { 'package.json': '{"type":"module"}', 'src/package.json': '{}', 'src/app.js': COMMON },
    'src/app.handler',
  ),
  loads('has a name with a dash', { 'my-app.mjs': OK }, 'my-app.handler'),
  loads(
    'has an export inside an object',
    { 'index.mjs': 'export const api = { v1: { get: async () => "nested" } };' },
    'index.api.v1.get',
  ),
  loads(
    'has a method as its handler',
    {
      'index.mjs': 'class A { value = 7; async run() { return this?.value ?? "no this"; } } export const a = new A();',
    },
    'index.a.run',
  ),
  loads(
    'has a static method as its handler',
    { 'index.mjs': 'export class A { static async run() { return "static"; } }' },
    'index.A.run',
  ),
  loads('exports a default object', { 'index.mjs': 'export default { handler: async () => "default" };' }),
  loads('exports a default function', { 'index.mjs': 'export default async () => "default";' }, 'index.default'),
  loads('assigns module.exports dynamically', {
    'index.cjs': 'module.exports = Object.fromEntries([["handler", async () => "dynamic"]]);',
  }),
  loads('assigns a function to module.exports', {
    'index.cjs': 'module.exports = async () => "function"; module.exports.handler = async () => "property";',
  }),
  loads('exports null', { 'index.mjs': 'export const handler = null;' }),
  loads('exports a number', { 'index.mjs': 'export const handler = 7;' }),
  loads('exports an object', { 'index.mjs': 'export const handler = { run() {} };' }),
  loads('exports a class', { 'index.mjs': 'export class handler {}' }),
  loads('does not export its handler', { 'index.mjs': 'export const other = 1;' }),
  loads('does not export the nested handler', { 'index.mjs': 'export const api = {};' }, 'index.api.get.now'),
  loads('exports nothing from CommonJS', { 'index.js': 'const x = 1;' }),
  loads('has no file', { 'other.mjs': OK }),
  loads('has no file in a folder', { 'other.mjs': OK }, 'src/app.handler'),
  loads('has a handler name without a dot', { 'index.mjs': OK }, 'index'),
  loads('has a handler name that leads out', { 'index.mjs': OK }, '../index.handler'),
  loads('has a handler name with an empty export', { 'index.mjs': OK }, 'index.'),
  loads('has a handler name that begins with a slash', { 'index.mjs': OK }, '/index.handler'),
  loads('has a handler name that begins with ./', { 'index.mjs': OK }, './index.handler'),
  loads(
    'is a package',
    { 'node_modules/app/package.json': '{"main":"main.js"}', 'node_modules/app/main.js': COMMON },
    'app.handler',
  ),
  loads('is a folder with an index', { 'app/index.js': COMMON }, 'app.handler'),
  loads('is not JavaScript, as an ES module', { 'index.mjs': 'export const = 1;' }),
  loads('is not JavaScript, as CommonJS', { 'index.cjs': 'const = 1;' }),
  loads('imports a module that is not JavaScript', {
    'index.mjs': 'import "./other.mjs"; export const handler = 1;',
    'other.mjs': 'let 1;',
  }),
  loads('parses JSON that is none while it is loaded', { 'index.mjs': 'JSON.parse("{"); export const handler = 1;' }),
  loads('imports a package that is missing', { 'index.mjs': `import "knex"; ${OK}` }),
  loads('imports a file that is missing', { 'index.mjs': `import "./missing.mjs"; ${OK}` }),
  loads('imports an export that is missing', {
    'index.mjs': `import { none } from "./other.mjs"; ${OK}`,
    'other.mjs': 'export const some = 1;',
  }),
  loads('imports a file without its extension', { 'index.mjs': `import "./other"; ${OK}`, 'other.mjs': '' }),
  loads('requires a package that is missing', { 'index.cjs': `require("knex"); ${COMMON}` }),
  loads('requires a file that is missing', { 'index.cjs': `require("./missing"); ${COMMON}` }),
  loads('requires inside a required file what is missing', {
    'index.cjs': `require("./other.cjs"); ${COMMON}`,
    'other.cjs': 'require("./none");',
  }),
  loads('requires an ES module', {
    'index.cjs': 'exports.handler = async () => require("./other.mjs").word;',
    'other.mjs': 'export const word = "of a module";',
  }),
  loads('imports CommonJS', {
    'index.mjs': 'import other from "./other.cjs"; export const handler = async () => other.word;',
    'other.cjs': 'exports.word = "of CommonJS";',
  }),
  loads('imports JSON', {
    'index.mjs': 'import data from "./data.json" with { type: "json" }; export const handler = async () => data;',
    'data.json': '{"a":1}',
  }),
  loads('throws while it is loaded', { 'index.mjs': 'throw new RangeError("at import");' }),
  loads('throws a text while it is loaded', { 'index.mjs': 'throw "at import";' }),
  loads('throws null while it is loaded', { 'index.cjs': 'throw null;' }),
  loads('throws an error with a code while it is loaded', {
    'index.mjs': 'throw Object.assign(new Error("no"), { code: "MODULE_NOT_FOUND" });',
  }),
  loads('throws while CommonJS is loaded', {
    'index.cjs': 'throw Object.assign(new Error("at require"), { detail: 1 });',
  }),
  loads('exits while it is loaded', { 'index.mjs': 'process.exit(5);' }),
  loads('waits at its top level', { 'index.mjs': `await new Promise((r) => setTimeout(r, 50)); ${OK}` }),
  loads('rejects at its top level', { 'index.mjs': `await Promise.reject(new TypeError("top level")); ${OK}` }),
  loads('leaves a rejection while it is loaded', {
    'index.mjs': `Promise.reject(new Error("early")); await new Promise((r) => setTimeout(r, 50)); ${OK}`,
  }),
  loads('has modules with the same state', {
    'index.mjs': 'import { n, up } from "./n.mjs"; export const handler = async () => { up(); return n; };',
    'n.mjs': 'export let n = 0; export const up = () => { n += 1; };',
  }),
  loads('has a global require in an ES module', { 'index.mjs': 'export const handler = async () => typeof require;' }),
  loads(
    'knows its file',
    { 'src/app.mjs': 'export const handler = async () => [import.meta.url, import.meta.filename, process.cwd()];' },
    'src/app.handler',
  ),
  loads(
    'knows its file as CommonJS',
    { 'src/app.cjs': 'exports.handler = async () => [__filename, __dirname, process.cwd(), require.main === module];' },
    'src/app.handler',
  ),
  {
    name: 'uses a layer from CommonJS',
    files: { 'index.cjs': 'const { word } = require("common"); exports.handler = async () => word;' },
    layers: [{ 'nodejs/node_modules/common/index.js': 'exports.word = "shared";' }],
  },
  {
    name: 'imports a layer from an ES module',
    files: { 'index.mjs': `import "common"; ${OK}` },
    layers: [{ 'nodejs/node_modules/common/index.js': 'exports.word = "shared";' }],
  },
  {
    name: 'uses two layers, where the later one replaces files',
    files: { 'index.cjs': 'exports.handler = async () => [require("a"), require("b"), require("b/other")];' },
    layers: [
      {
        'nodejs/node_modules/a/index.js': 'module.exports = "a uses " + require("b");',
        'nodejs/node_modules/b/index.js': 'module.exports = "old";',
        'nodejs/node_modules/b/other.js': 'module.exports = "kept";',
      },
      { 'nodejs/node_modules/b/index.js': 'module.exports = "new";' },
    ],
  },
  {
    name: 'is in a layer',
    files: { 'readme.txt': '' },
    layers: [{ 'nodejs/node_modules/app/index.js': COMMON }],
    handler: 'app.handler',
  },
  {
    name: 'has what Lambda disables allowed by NODE_OPTIONS',
    files: {
      'index.cjs': 'exports.handler = async () => require("./other.mjs").word;',
      'other.mjs': 'export const word = "of a module";',
    },
    environment: { NODE_OPTIONS: '--experimental-require-module --no-warnings' },
  },
];
