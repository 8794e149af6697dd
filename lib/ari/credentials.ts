import { parseJson } from '../json.ts';

/**
 * An ARI user of ari.conf: the section's name and its password.
 *
 * @example
 * const user: Credentials = { username: 'handlers', password: await readFile('/run/secrets/ari', 'utf8') };
 */
export interface Credentials {
  username: string;
  password: string;
}

/**
 * Provides credentials. They are fetched when first needed, cached, and fetched again after a 401.
 *
 * @example
 * const read = async () => ({ username: 'handlers', password: await readPassword() });
 * const provider: CredentialsProvider = { get: read, refresh: read };
 */
export interface CredentialsProvider {
  get(): Promise<Credentials>;
  refresh(): Promise<Credentials>;
}

/**
 * Caches the result of `fetch` until `refresh` is called. Concurrent calls share one fetch; a failed fetch is not
 * cached.
 *
 * @example
 * const credentials = cachedCredentials(async () => ({ username: 'handlers', password: await readPassword() }));
 */
export function cachedCredentials(fetch: () => Promise<Credentials>): CredentialsProvider {
  let current: Promise<Credentials> | undefined;
  const load = (): Promise<Credentials> => {
    const loading = fetch();
    current = loading;
    loading.catch(() => {
      if (current === loading) current = undefined;
    });
    return loading;
  };
  return { get: () => current ?? load(), refresh: load };
}

/** The value of the `Authorization` header. */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/**
 * Reads a secret's text: `{"username":…,"password":…}`.
 *
 * @throws when it has another form; the message names the secret and what is missing, never a value.
 */
export function parseCredentials(secretId: string, text: string | undefined): Credentials {
  const { username, password } = (parseJson(text) ?? {}) as Partial<Credentials>;
  const missing = Object.entries({ username, password })
    .filter(([, given]) => typeof given !== 'string' || given === '')
    .map(([key]) => `"${key}"`);
  if (missing.length > 0) {
    throw new Error(
      `Secret ${secretId}: expected JSON of the form {"username":"…","password":"…"}, missing ${missing.join(' and ')}`,
    );
  }
  return { username, password } as Credentials;
}
