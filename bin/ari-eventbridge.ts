#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { start } from '../lib/local/start.ts';

const USAGE = `ari-eventbridge COMMAND

  start    runs the whole system on this machine; start --help for its options
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const [command, ...args] = process.argv.slice(2);

const ending = new AbortController();
process.on('SIGINT', () => ending.abort());
process.on('SIGTERM', () => ending.abort());

try {
  if (command === 'start') await start(args, root, ending.signal);
  else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
} catch (error) {
  process.stderr.write(`ari-eventbridge: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
