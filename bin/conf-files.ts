import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';

/** Group and owner only: what stands in ari.conf is not for everybody. */
const MODE = 0o640;
/** Also one that is commented out. */
const PASSWORD = /^([ \t;]*\w*(?:password|secret)[ \t]*=>?[ \t]*)(.*)$/gim;

/** What there is of a file; `undefined` where there is none. */
export async function existingFile(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Writes a file into a folder. Where another text stands there, it shows the difference and writes only if it may; the
 * file's owner and mode stay as they are.
 *
 * @param mayOverwrite asks whether to
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

/** A unified diff that shows of passwords and their hashes only whether they stay. */
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
    masked(before, valuesOf(after), '(the old one)'),
    masked(after, valuesOf(before), '(another one)'),
    'as it is',
    'as it would be',
  );
}

/** What root makes in Asterisk's folder would otherwise be out of Asterisk's reach. */
async function giveToOwnerOf(folder: string, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(path, uid, gid);
}
