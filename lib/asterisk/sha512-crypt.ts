import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

// unixcrypt 3.0.4, the only maintained package, hashes a password of exactly 64 bytes (`openssl rand -hex 32`) wrongly.

const ROUNDS = 5000;
/** The minimum that crypt(3) allows. */
const FEWEST_ROUNDS = 1000;
const SIZE = 64;
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const HASH = /^\$6\$(?:rounds=(\d{4})\$)?([./0-9A-Za-z]{1,16})\$[./0-9A-Za-z]{86}$/;

/**
 * Rounds slow down guessing, and Asterisk too, which hashes the password of every command: 1 ms with 5,000 rounds, 0.2
 * ms with 1,000. 32 random characters cannot be guessed at any speed.
 */
export function roundsFor(password: string): number {
  return password.length >= 32 ? FEWEST_ROUNDS : ROUNDS;
}

/**
 * The SHA-512 form of crypt(3), as `mkpasswd -m sha-512` prints it and ari.conf accepts it with `password_format =
 * crypt`. Specified by Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512", version 0.6.
 *
 * @param salt 1 to 16 characters of `./0-9A-Za-z` @default 16 random ones
 * @param rounds 1,000 to 9,999 @default 1000 for 32 characters and more, else crypt's own 5000
 * @example
 * sha512Crypt('secret'); // $6$…$…
 */
export function sha512Crypt(password: string, salt = randomSalt(), rounds = roundsFor(password)): string {
  if (!/^[./0-9A-Za-z]{1,16}$/.test(salt)) throw new Error('Expected a salt of 1 to 16 characters of ./0-9A-Za-z');
  const key = Buffer.from(password, 'utf8');

  const alternate = sha512(key, salt, key);
  const mixed: Part[] = [key, salt, stretched(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) mixed.push(bits & 1 ? alternate : key);
  let digest = sha512(...mixed);

  const p = stretched(sha512(...Array<Part>(key.length).fill(key)), key.length);
  const s = stretched(sha512(...Array<Part>(16 + (digest[0] ?? 0)).fill(salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    const parts: Part[] = [odd ? p : digest];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(odd ? digest : p);
    digest = sha512(...parts);
  }
  return `$6$${rounds === ROUNDS ? '' : `rounds=${rounds}$`}${salt}$${encoded(digest)}`;
}

/** Whether a hash is of this password; false for a hash of another kind, or with 10,000 rounds or more. */
export function verifySha512Crypt(password: string, hash: string): boolean {
  const [, rounds = String(ROUNDS), salt] = HASH.exec(hash) ?? [];
  if (salt === undefined) return false;
  const expected = Buffer.from(sha512Crypt(password, salt, Number(rounds)));
  return expected.length === hash.length && timingSafeEqual(expected, Buffer.from(hash));
}

type Part = Buffer | string;

function sha512(...parts: Part[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A digest, repeated and cut to a length. */
function stretched(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

/** crypt's own base 64: three bytes from the three thirds of the digest, rotating, least significant bits first. */
function encoded(digest: Buffer): string {
  const at = (index: number): number => digest[index] ?? 0;
  let text = '';
  const put = (value: number, characters: number): void => {
    for (let i = 0; i < characters; i++) text += ALPHABET[(value >> (6 * i)) & 63];
  };
  for (let i = 0; i < 21; i++) {
    const thirds = [i, i + 21, i + 42];
    const [a, b, c] = [0, 1, 2].map((place) => at(thirds[(place + i) % 3] as number)) as [number, number, number];
    put((a << 16) | (b << 8) | c, 4);
  }
  put(at(SIZE - 1), 2);
  return text;
}

function randomSalt(): string {
  return [...randomBytes(16)].map((byte) => ALPHABET[byte & 63]).join('');
}
