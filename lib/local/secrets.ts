import { randomInt } from 'node:crypto';
import type { Credentials } from '../ari/credentials.ts';
import type { LocalSecret } from './deployment.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The secrets of the templates. Their values exist in this process's memory only. */
export class Secrets {
  readonly #values = new Map<string, string>();

  /** Generates each secret's value as Secrets Manager would at deploy. */
  constructor(secrets: readonly LocalSecret[]) {
    for (const { arn, template, generateKey, passwordLength } of secrets) {
      const password = Array.from({ length: passwordLength }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
      this.#values.set(arn, JSON.stringify({ ...template, [generateKey]: password }));
    }
  }

  get(arn: string): string | undefined {
    return this.#values.get(arn);
  }

  put(arn: string, credentials: Credentials): void {
    this.#values.set(arn, JSON.stringify(credentials));
  }
}
