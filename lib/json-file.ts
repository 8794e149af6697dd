import { readFile } from 'node:fs/promises';
import { isJsonObject } from './json.ts';

/**
 * Reads a file that has to contain a JSON object.
 *
 * @returns `undefined` where there is no such file
 * @throws Error naming the path, where the file cannot be read or has another content
 */
export async function readJsonFile(path: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`${path}: cannot be read: ${message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: expected a JSON object: ${(error as Error).message}`);
  }
  if (isJsonObject(value)) return value;
  throw new Error(`${path}: expected a JSON object, got ${text.trim().slice(0, 50)}`);
}
