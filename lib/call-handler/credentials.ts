import { type Credentials, type CredentialsProvider, cachedCredentials, parseCredentials } from '../ari/credentials.ts';
import { readSecret } from '../aws/secrets-manager.ts';

/** The variables that show whether, and on which port, the Parameters and Secrets extension runs. */
interface ExtensionEnvironment {
  /** Set it together with the extension's layer; the extension itself listens on 2773 where it is absent. */
  PARAMETERS_SECRETS_EXTENSION_HTTP_PORT?: string;
  AWS_SESSION_TOKEN?: string;
}

/** Time limit for the extension, which runs on the same machine. */
const EXTENSION_LIMIT_MS = 2000;

/**
 * ARI credentials from Secrets Manager: through Lambda's Parameters and Secrets extension where it is present, else by
 * the SDK, which takes 60 to 90 ms to load and is loaded only when the first command needs it.
 *
 * After a 401 they are always fetched through the SDK: the extension caches secrets for five minutes, and so would
 * return the old one.
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
    return undefined; // The SDK's error has Secrets Manager's own message
  }
}
