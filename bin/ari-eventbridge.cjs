#!/usr/bin/env node
// Runs on any Node, to tell users of an old one which version is needed: CommonJS, in syntax that old versions parse.
'use strict';

// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
const existsSync = require('fs').existsSync;
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 does not know it
const path = require('path');

const OWN = path.dirname(__dirname);
const required = Number(/\d+/.exec(require('../package.json').engines.node)[0]);

if (Number(process.versions.node.split('.')[0]) < required) {
  process.stderr.write(
    'ari-eventbridge: expected Node ' +
      required +
      ' or newer, got ' +
      process.versions.node +
      '; see https://nodejs.org\n',
  );
  process.exitCode = 1;
} else {
  start(localPackage());
}

function start(local) {
  if (local !== undefined && local !== OWN) require(path.join(local, 'bin/ari-eventbridge.cjs'));
  // A checkout has no compiled files: its Node runs TypeScript.
  else import(existsSync(path.join(__dirname, 'ari-eventbridge.js')) ? './ari-eventbridge.js' : './ari-eventbridge.ts');
}

/**
 * The package that the project of the working directory has installed. It takes precedence over a global one: it fits the
 * project's app, and finds the packages beside it.
 */
function localPackage() {
  try {
    const inProject = require('node:module').createRequire(path.join(process.cwd(), 'package.json'));
    return path.dirname(inProject.resolve('ari-eventbridge/package.json'));
  } catch (_) {
    return undefined; // none is installed there
  }
}
