import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/**
 * Asks a person on the terminal; the question goes to standard error, so that standard output stays clean.
 *
 * @param hidden shows nothing of what is typed
 * @throws when there is no terminal, or the person leaves without an answer
 */
export async function prompt(question: string, { hidden = false }: { hidden?: boolean } = {}): Promise<string> {
  if (!process.stdin.isTTY) throw new Error(`expected a terminal to ask "${question.trim()}"`);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true });
  // Only now: an answer that came before the terminal is the reader's, Ctrl-C too, would be taken by somebody else.
  process.stderr.write(question);
  try {
    const left = new Promise<never>((_, reject) => {
      reader.once('close', () => reject(new Error('nothing was answered')));
    });
    left.catch(() => {}); // it also comes after an answer
    return await Promise.race([reader.question(''), left]);
  } finally {
    reader.close();
    if (hidden) process.stderr.write('\n');
  }
}
