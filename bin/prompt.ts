import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/**
 * Asks a person on the terminal; the question goes to standard error, so that standard output stays clean.
 *
 * @param hidden does not show what is typed
 * @throws when there is no terminal, or the person closes the prompt without an answer
 */
export async function prompt(question: string, { hidden = false }: { hidden?: boolean } = {}): Promise<string> {
  if (!process.stdin.isTTY) throw new Error(`expected a terminal to ask "${question.trim()}"`);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true });
  // Only now: before the reader owns the terminal, an answer or Ctrl-C would not reach it.
  process.stderr.write(question);
  try {
    const left = new Promise<never>((_, reject) => {
      reader.once('close', () => reject(new Error('no answer was given')));
    });
    left.catch(() => {}); // also rejects after an answer
    return await Promise.race([reader.question(''), left]);
  } finally {
    reader.close();
    if (hidden) process.stderr.write('\n');
  }
}
