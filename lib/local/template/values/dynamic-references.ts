/** Looks up what dynamic references name. */
export interface DynamicValues {
  /** The value of a parameter of Systems Manager. @throws where it is not known */
  ssm(name: string): string;
  /** A version of a secret. @throws where it is not known */
  secret(id: string, version: { stage?: string; id?: string }): string;
}

const REFERENCE = /\{\{resolve:([^:}]*):([^}]*)\}\}/g;

/**
 * Replaces `{{resolve:ssm:…}}` and `{{resolve:secretsmanager:…}}` in all texts of a value.
 *
 * @throws where what it names is not known, and for `ssm-secure`, which CloudFormation takes in a few properties only
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
export function withDynamicValues(value: unknown, values: DynamicValues): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (whole, service: string, key: string) => resolved(whole, service, key, values));
  }
  if (Array.isArray(value)) return value.map((element) => withDynamicValues(element, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withDynamicValues(inner, values)]));
}

function resolved(whole: string, service: string, key: string, values: DynamicValues): string {
  if (service === 'ssm') return values.ssm(key.replace(/:\d+$/, ''));
  if (service === 'secretsmanager') return secretValue(whole, key, values);
  if (service === 'ssm-secure') {
    throw new Error(`${whole}: CloudFormation does not support ssm-secure here; use a secret of Secrets Manager`);
  }
  throw new Error(`${whole}: expected the service ssm or secretsmanager`);
}

/** `secret-id:SecretString:json-key:version-stage:version-id`, where the id may be an ARN, which contains colons. */
function secretValue(whole: string, key: string, { secret }: DynamicValues): string {
  const parts = key.split(':');
  const id = parts.splice(0, key.startsWith('arn:') ? 7 : 1).join(':');
  const [what = '', jsonKey = '', stage = '', versionId = ''] = parts;
  if (what !== '' && what !== 'SecretString') throw new Error(`${whole}: expected SecretString after the secret's id`);
  if (stage !== '' && versionId !== '') throw new Error(`${whole}: expected a version stage or a version id, not both`);
  const text = secret(id, { ...(stage !== '' && { stage }), ...(versionId !== '' && { id: versionId }) });
  if (jsonKey === '') return text;
  const missing = new Error(`${whole}: the secret has no JSON key ${jsonKey}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw missing;
  }
  if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, jsonKey)) throw missing;
  const value = (parsed as Record<string, unknown>)[jsonKey];
  return typeof value === 'string' ? value : JSON.stringify(value);
}
