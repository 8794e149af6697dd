import { runCommandLine } from './command-line.ts';

const ending = new AbortController();
process.on('SIGINT', () => ending.abort());
process.on('SIGTERM', () => ending.abort());
// The reader has closed the pipe, as in `npm start | head`.
process.stdout.on('error', () => ending.abort());

process.exitCode = await runCommandLine(process.argv.slice(2), {
  root: process.cwd(),
  signal: ending.signal,
  say: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
});
