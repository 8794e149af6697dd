import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The reference's result for a pattern and an event, both JSON text. */
export interface Verdict {
  matches?: boolean;
  /** Why the pattern is refused, and by which Java exception. */
  refused?: string;
  eventRefused?: string;
  by?: string;
  /** Its result differs when repeated. */
  unstable?: true;
  /** A number that this Java prints wrongly. */
  number?: string;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/** The reference, in a process of its own. Answers come in the order of the questions. */
export class Judge {
  readonly #process: ChildProcess;
  readonly #waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];

  constructor() {
    const args = ['-Xss64m', '-cp', `${here}.ruler/*`, `${here}Judge.java`];
    this.#process = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.#waiting.shift()?.resolve(JSON.parse(line));
    });
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`The reference ended with ${code}`));
    });
  }

  verdict(pattern: string, event: string, repeats = 3): Promise<Verdict> {
    return this.#ask({ pattern, event, repeats }) as Promise<Verdict>;
  }

  /** Lower and upper case of each UTF-16 unit, as Java has it. */
  cases(text: string): Promise<{ lower: string[]; upper: string[] }> {
    return this.#ask({ case: text }) as Promise<{ lower: string[]; upper: string[] }>;
  }

  end(): void {
    this.#process.stdin?.end();
  }

  #ask(question: object): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.push({ resolve, reject });
    this.#process.stdin?.write(`${ascii(JSON.stringify(question))}\n`);
    return promise;
  }
}

/** JSON with every other character escaped, so that nothing is lost between encodings. */
function ascii(json: string): string {
  return json.replaceAll(/[^\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
