import { randomInt } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { parseCredentials } from '../lib/ari/credentials.ts';
import type { NodePasswords } from '../lib/asterisk/ari-conf.ts';
import { parseJsonObject } from '../lib/json.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** The length of the passwords that Secrets Manager generates for the deployed users. */
const LENGTH = 32;

/**
 * The users of a node, from a file of the form `{"pbx-1":{"connector":{"username":…,"password":…},"handlers":{…}}}` that
 * only its owner may read.
 *
 * @returns `undefined` where there is no such file, or it has no such node
 * @throws when the file has another form, or others may read it; the message contains no password
 */
export async function readPasswords(file: string, node: string): Promise<NodePasswords | undefined> {
  const users = (await readAll(file))[node] as Record<string, unknown> | undefined;
  if (users === undefined) return undefined;
  const user = (role: string) =>
    parseCredentials(`"${node}" of ${file}, "${role}"`, JSON.stringify(users?.[role] ?? null));
  return { connector: user('connector'), handlers: user('handlers') };
}

/** Generates passwords for a node and adds them to the file, which is written with mode 600. */
export async function addPasswords(file: string, node: string): Promise<NodePasswords> {
  const made: NodePasswords = {
    connector: { username: 'connector', password: password() },
    handlers: { username: 'handlers', password: password() },
  };
  const text = `${JSON.stringify({ ...(await readAll(file)), [node]: made }, undefined, 2)}\n`;
  // Written to a second file and then renamed: the file has the passwords of other nodes too, and must not be truncated.
  const beside = `${file}.new`;
  const handle = await open(beside, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return made;
}

async function readAll(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(
        `${file}: other users can read these passwords (mode ${(mode & 0o777).toString(8)}); run chmod 600 ${file}`,
      );
    }
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  // JSON.parse's own error quotes the text at the fault, which may be a password.
  const all = parseJsonObject(text);
  if (all) return all;
  throw new Error(
    `${file}: expected JSON of the form {"pbx-1":{"connector":{"username":"…","password":"…"},"handlers":{…}}}`,
  );
}

function password(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
