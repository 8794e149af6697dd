import type { Recording, Sent } from './recording.ts';

/**
 * The differences between local mode's runtime and AWS's that are known, and why each is there. A difference that no
 * entry removes fails the suite.
 */
const KNOWN: { reason: string; remove(text: string, folder: string): string }[] = [
  {
    reason: 'The two run at different times',
    remove: (text) => text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME'),
  },
  {
    reason: 'Each process has an id of its own',
    remove: (text) => text.replaceAll(/\(node:\d+\)/g, '(node)'),
  },
  {
    reason: 'Each environment has a log stream of its own',
    remove: (text) => text.replaceAll(/(\[\$LATEST\])[0-9a-f]{32}/g, '$1ID'),
  },
  {
    reason:
      'A stack also has lines of the runtime and of Node, and names the object of the runtime that has the handler',
    remove: (text, folder) => {
      const own = (frame: string): string =>
        frame.includes(folder) ? frame.replace(/at (?:[\w.]+\.)?handler \((.*?)\)/, 'at $1') : '';
      return text
        .replaceAll(/,?" +at (?:[^"\\]|\\.)*"/g, own)
        .replaceAll(/(?:\r|\n|\\n) +at (?:(?!\\n)[^\r\n"])*/g, own);
    },
  },
  {
    reason: 'Where a process aborts, Node lists the calls of the runtime',
    remove: (text, folder) =>
      text.replaceAll(/\n *\d+: .*/g, (call) =>
        call.includes(folder) ? call.replace(/ [\w.]*handler/, ' handler') : '',
      ),
  },
  {
    reason: 'Node names the runtime’s own file where a module is missing',
    remove: (text, folder) =>
      text.replaceAll(/(?:file:\/\/)?\/[\w./@-]*\/(?:runtime|index|start)\.mjs\b/g, (file) =>
        file.includes(folder) ? file : 'RUNTIME',
      ),
  },
  {
    reason: 'Local mode’s runtime talks to its host without a port, and has no AWS_LAMBDA_RUNTIME_API',
    remove: (text) => text.replaceAll(/,?"AWS_LAMBDA_RUNTIME_API":"[^"]*"/g, ''),
  },
];

/** A recording as lines of text, without the known differences. */
function linesOf({ sent, stdout, stderr }: Recording, folder: string): string[] {
  // After an error of the init phase Lambda ends the environment: how the process ends is not seen.
  const unloadable = sent.some(({ kind }) => kind === 'init/error');
  const lines = [
    // The clients ask for the next event by a request of its own; local mode's host sends it when the last one ends.
    ...sent.filter(({ kind }) => kind !== 'next' && !(unloadable && kind === 'exit')).map(lineOf),
    `stdout: ${stdout}`,
    `stderr: ${unloadable ? '' : stderr}`,
  ];
  return lines.map((line) => KNOWN.reduce((rest, { remove }) => remove(rest, folder), line));
}

function lineOf(message: Sent): string {
  if (message.kind === 'response') return `response ${message.requestId} ${message.body}`;
  if (message.kind !== 'streamed response') return JSON.stringify(message);
  return JSON.stringify({ ...message, body: Buffer.from(message.body, 'base64').toString('latin1') });
}

/** Where two recordings differ, line by line, with some of what is around it. */
export function differences(real: Recording, ours: Recording, folder: string): string[] {
  const [expected, got] = [linesOf(real, folder), linesOf(ours, folder)];
  return Array.from({ length: Math.max(expected.length, got.length) }, (_, index) => {
    const [theirs = '(nothing)', mine = '(nothing)'] = [expected[index], got[index]];
    let at = 0;
    while (at < mine.length && mine[at] === theirs[at]) at += 1;
    const around = (line: string): string => line.slice(Math.max(0, at - 60), at + 240);
    return theirs === mine ? '' : `AWS: …${around(theirs)}\nours: …${around(mine)}`;
  }).filter((line) => line !== '');
}
