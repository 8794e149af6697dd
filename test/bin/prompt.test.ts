import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { onTerminal } from '../support/on-terminal.ts';

const PROMPT = fileURLToPath(new URL('../../bin/prompt.ts', import.meta.url));

let terminal: ReturnType<typeof onTerminal>;
afterEach(() => terminal?.kill());

/** Asks on a terminal and shows what came, backwards: what is typed would show as it is. */
function asking(options: string): ReturnType<typeof onTerminal> {
  const code = `
    const { prompt } = await import('${PROMPT}');
    try {
      const answer = await prompt('what? ', ${options});
      console.log('got ' + [...answer].reverse().join('') + '.');
    } catch (error) {
      console.log('failed: ' + error.message);
    }`;
  return onTerminal(`'${process.execPath}' --input-type=module -e "$CODE"`, { CODE: code });
}

test('typed text is shown', async () => {
  terminal = asking('{}');
  await terminal.answer('what? ', 'abc\r');
  expect(await terminal.exited).toBe(0);
  expect(terminal.shown).toContain('got cba.');
  expect(terminal.shown).toContain('abc');
});

test('hidden text is not shown, and is read with all corrections', async () => {
  terminal = asking('{ hidden: true }');
  await terminal.answer('what? ', 'abX\x7fc\r');
  expect(await terminal.exited).toBe(0);
  expect(terminal.shown).toContain('got cba.');
  expect(terminal.shown).not.toMatch(/abX|abc/);
});

test.each([
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
])('%s ends the prompt without an answer', async (_, key) => {
  terminal = asking('{ hidden: true }');
  await terminal.answer('what? ', `ab${key}${key === '\x04' ? '\x15\x04' : ''}`);
  expect(await terminal.exited).toBe(0);
  expect(terminal.shown).toContain('failed: no answer was given');
});

test('without a terminal it fails', async () => {
  const { execFileSync } = await import('node:child_process');
  const code = `import('${PROMPT}').then(({ prompt }) => prompt('what? ')).catch((error) => console.log(error.message))`;
  const said = execFileSync(process.execPath, ['-e', code], { encoding: 'utf8', input: '' });
  expect(said).toBe('expected a terminal to ask "what?"\n');
});
