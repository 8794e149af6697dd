import type { LocalSecret, SecretGeneration } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';

/** A secret of the templates, with its initial value or how to generate it. */
export function readSecret(part: TemplatePart): LocalSecret {
  const text = part.property('SecretString') as string | undefined;
  const generation = part.property('GenerateSecretString') as SecretGeneration | undefined;
  return { arn: part.arn, name: part.name, value: text ?? generation };
}
