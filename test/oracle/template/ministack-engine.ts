import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MINISTACK_ROOT } from '../../deploy/install.ts';

/** The properties of a template's resources, or why it is refused. */
export interface Resolution {
  resources?: Record<string, unknown>;
  refused?: string;
}

/** MiniStack's CloudFormation engine, in a process of its own. */
export class MiniStackEngine {
  readonly #process: ChildProcess;
  readonly #waiting: { resolve(answer: Resolution): void; reject(error: Error): void }[] = [];

  constructor() {
    const script = fileURLToPath(new URL('resolve-templates.py', import.meta.url));
    this.#process = spawn(join(MINISTACK_ROOT, 'bin/python'), [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.#waiting.shift()?.resolve(JSON.parse(line) as Resolution);
    });
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`MiniStack ended with ${code}`));
    });
  }

  resolve(template: object, parameters: Readonly<Record<string, string>>): Promise<Resolution> {
    const { promise, resolve, reject } = Promise.withResolvers<Resolution>();
    this.#waiting.push({ resolve, reject });
    this.#process.stdin?.write(`${JSON.stringify({ template, parameters })}\n`);
    return promise;
  }

  end(): void {
    this.#process.stdin?.end();
  }
}
