import type { Secrets } from './aws/index.ts';
import { nodesOf } from './node-address.ts';
import type { GivenValues, LocalDeployment, LocalSecret } from './template/index.ts';

/** Secrets that no template has: those that the developer gives a value, and those of ARI users of another app. */
export class ImportedSecrets {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** The secrets of the templates, with the given values instead of their initial ones. */
  *withGiven(secrets: Iterable<LocalSecret>, { secrets: given = {} }: GivenValues): Generator<LocalSecret> {
    const isTemplates = new Set<string>();
    for (const secret of secrets) {
      const value = given[secret.name] ?? given[secret.arn] ?? secret.value;
      for (const id of [secret.name, secret.arn]) isTemplates.add(id);
      yield { ...secret, value };
    }
    for (const [id, value] of Object.entries(given)) {
      if (!isTemplates.has(id)) yield secretOf(id, value);
    }
  }

  /** An ARI user whose secret is of another app gets a password that is generated here. */
  addUsers({ containers, functions }: LocalDeployment): void {
    for (const [users, role] of [
      [containers, 'connector'],
      [functions, 'handlers'],
    ] as const) {
      for (const { secretId } of users.flatMap(({ environment }) => nodesOf(environment))) {
        if (this.#secrets.has(secretId)) continue;
        const value = {
          SecretStringTemplate: JSON.stringify({ username: role }),
          GenerateStringKey: 'password',
          ExcludePunctuation: true,
        };
        this.#secrets.add(secretOf(secretId, value));
      }
    }
  }
}

/** @param id a name, or an ARN */
function secretOf(id: string, value: LocalSecret['value']): LocalSecret {
  const isArn = id.startsWith('arn:');
  return {
    arn: isArn ? id : `arn:aws:secretsmanager:us-east-1:000000000000:secret:${id}-000000`,
    name: isArn ? id.split(':').slice(6).join(':') : id,
    value,
  };
}
