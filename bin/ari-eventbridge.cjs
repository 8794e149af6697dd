#!/usr/bin/env node
// Runs on any Node, to tell users of an old one which version is needed: CommonJS, in syntax that old versions parse.
'use strict';

var existsSync = require('node:fs').existsSync;
var join = require('node:path').join;
var required = Number(/\d+/.exec(require('../package.json').engines.node)[0]);

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
  // A checkout has no compiled files: its Node runs TypeScript.
  import(existsSync(join(__dirname, 'ari-eventbridge.js')) ? './ari-eventbridge.js' : './ari-eventbridge.ts');
}
