import { type Credentials, type CredentialsProvider, cachedCredentials, parseCredentials } from '../ari/credentials.ts';
import type { AwsEnvironment } from '../aws/endpoint.ts';
import { requestSecret } from '../aws/secret-request.ts';
import { readSecret } from '../aws/secrets-manager.ts';

/**
 * `PARAMETERS_SECRETS_EXTENSION_HTTP_PORT` shows whether, and on which port, the Parameters and Secrets extension runs. Set it
 * together with the extension's layer; the extension itself listens on 2773 where it is absent.
 */
type SecretEnvironment = AwsEnvironment;

/** Time limit for the extension, which runs on the same machine. */
const EXTENSION_LIMIT_MS = 2000;

/**
 * ARI credentials from Secrets Manager: through Lambda's Parameters and Secrets extension where it is present, else by
 * one signed request. Where both fail, by the SDK, which takes 60 to 90 ms to load, tries several times, finds credentials
 * outside of Lambda, and says why it fails.
 *
 * After a 401 the extension is not asked: it caches secrets for five minutes, and so would return the old one.
 *
 * @param secretId id or ARN of a secret of the form `{"username":"…","password":"…"}`
 */
export function secretsManagerCredentials(
  secretId: string,
  environment: SecretEnvironment = process.env,
): CredentialsProvider {
  let first = true;
  return cachedCredentials(async () => {
    const fromExtension = first ? await askExtension(secretId, environment) : undefined;
    first = false;
    if (fromExtension) return fromExtension;
    const text = await requestSecret(secretId, environment);
    return parseCredentials(secretId, text ?? (await readSecret(secretId)));
  });
}

async function askExtension(
  secretId: string,
  { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: port, AWS_SESSION_TOKEN: token = '' }: SecretEnvironment,
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
    return undefined;
  }
}
