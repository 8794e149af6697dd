import { type Credentials, type CredentialsProvider, cachedCredentials, parseCredentials } from '../ari/credentials.ts';
import { readSecret } from '../aws/secrets-manager.ts';

/** What tells that the Parameters and Secrets extension is there, and where. */
interface ExtensionEnvironment {
  /** Set it together with the extension's layer; the extension itself listens on 2773 where it is absent. */
  PARAMETERS_SECRETS_EXTENSION_HTTP_PORT?: string;
  AWS_SESSION_TOKEN?: string;
}

/** The extension answers from this very machine. */
const EXTENSION_LIMIT_MS = 2000;

/**
 * ARI credentials from Secrets Manager: through Lambda's Parameters and Secrets extension where it is present, else by
 * the SDK, which costs 60 to 90 ms to load and is loaded when the first command needs it and never before.
 *
 * Fetched anew (after a 401) they always come by the SDK: the extension keeps secrets for five minutes, the old one
 * among them.
 *
 * @param secretId id or ARN of a secret of the form `{"username":"…","password":"…"}`
 */
export function secretsManagerCredentials(
  secretId: string,
  environment: ExtensionEnvironment = process.env as ExtensionEnvironment,
): CredentialsProvider {
  let first = true;
  return cachedCredentials(async () => {
    const fromExtension = first ? await askExtension(secretId, environment) : undefined;
    first = false;
    return fromExtension ?? parseCredentials(secretId, await readSecret(secretId));
  });
}

async function askExtension(
  secretId: string,
  { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port, AWS_SESSION_TOKEN: token = '' }: ExtensionEnvironment,
): Promise<Credentials | undefined> {
  if (!port) return undefined;
  const url = `http://localhost:${port}/secretsmanager/get?secretId=${encodeURIComponent(secretId)}`;
  try {
    const headers = { 'X-Aws-Parameters-Secrets-Token': token };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(EXTENSION_LIMIT_MS) });
    if (!response.ok) return undefined;
    const { SecretString } = (await response.json()) as { SecretString?: string };
    return parseCredentials(secretId, SecretString);
  } catch {
    return undefined; // The SDK will say what is wrong, in Secrets Manager's own words
  }
}
