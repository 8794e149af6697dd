import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';

/** Owner and group only: ari.conf contains password hashes. */
const MODE = 0o640;
/** Matches passwords and secrets, including commented-out ones. */
const PASSWORD = /^([ \t;]*\w*(?:password|secret)[ \t]*=>?[ \t]*)(.*)$/gim;

/** A file's text; `undefined` where there is no such file. */
export async function existingFile(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Writes a file into a folder. Where the file exists with another text, it shows the difference and writes only after
 * `mayOverwrite`; the file keeps its owner and mode.
 *
 * @param mayOverwrite asks whether to overwrite the file
 * @returns whether the file now has the text
 */
export async function writeConf(
  folder: string,
  name: string,
  text: string,
  mayOverwrite: (path: string) => Promise<boolean>,
  say: (text: string) => void,
): Promise<boolean> {
  const path = join(folder, name);
  const existing = await existingFile(folder, name);
  if (existing === undefined) {
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) await giveToOwnerOf(dirname(made), made);
    await writeFile(path, text, { flag: 'wx', mode: MODE });
    await giveToOwnerOf(folder, path);
    say(`${path}: written\n`);
    return true;
  }
  if (existing === text) {
    say(`${path}: is up to date\n`);
    return true;
  }
  say(differenceOf(path, existing, text));
  if (!(await mayOverwrite(path))) return false;
  await writeFile(path, text);
  say(`${path}: written\n`);
  return true;
}

/** A unified diff that hides passwords and hashes, and shows only whether they change. */
export function differenceOf(path: string, before: string, after: string): string {
  const valuesOf = (text: string): Set<string> =>
    new Set([...text.matchAll(PASSWORD)].map(([, , value]) => value ?? ''));
  const masked = (text: string, others: Set<string>, changed: string): string =>
    text.replace(
      PASSWORD,
      (_, option: string, value: string) => option + (others.has(value) ? '(unchanged)' : changed),
    );
  return createTwoFilesPatch(
    path,
    path,
    masked(before, valuesOf(after), '(current value)'),
    masked(after, valuesOf(before), '(new value)'),
    'current',
    'new',
  );
}

/** Without this, Asterisk could not read a file that root creates in its folder. */
async function giveToOwnerOf(folder: string, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(path, uid, gid);
}
