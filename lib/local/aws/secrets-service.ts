import { randomUUID } from 'node:crypto';
import type { Secrets, SecretVersion } from './secrets.ts';
import { required, ServiceError } from './service-error.ts';

type Input = Record<string, unknown>;

/** Secrets Manager's operations: those that functions use, and those that rotate a secret. */
export class SecretsService {
  readonly #secrets: Secrets;
  readonly #operations: Record<string, (input: Input) => object>;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
    this.#operations = {
      BatchGetSecretValue: (input) => this.#batch(input),
      DescribeSecret: (input) => this.#describe(required(input, 'SecretId')),
      GetSecretValue: (input) => this.#value(required(input, 'SecretId'), input),
      ListSecretVersionIds: (input) => this.#listVersions(required(input, 'SecretId')),
      ListSecrets: () => ({ SecretList: secrets.all().map(({ secret }) => this.#describe(secret.arn, 'Secret')) }),
      PutSecretValue: (input) => this.#put(input),
      UpdateSecretVersionStage: (input) => this.#moveStage(input),
    };
  }

  /** @returns nothing where the operation is not served */
  call(operation: string, input: Input): object | undefined {
    return Object.hasOwn(this.#operations, operation) ? this.#operations[operation]?.(input) : undefined;
  }

  #value(secretId: string, { VersionId, VersionStage }: { VersionId?: unknown; VersionStage?: unknown }): object {
    const { secret, version } = this.#secrets.version(
      secretId,
      VersionId as string | undefined,
      VersionStage as string | undefined,
    );
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      VersionStages: version.stages,
      CreatedDate: inSeconds(version.created),
      [version.isBinary ? 'SecretBinary' : 'SecretString']: version.value,
    };
  }

  /** The secrets that are asked for; one that has no value is an error beside the others. */
  #batch({ SecretIdList, Filters }: Input): object {
    if (!Array.isArray(SecretIdList) || Filters !== undefined) {
      throw new ServiceError('InvalidParameterException', 'Local mode needs a SecretIdList, and supports no Filters.');
    }
    const SecretValues: object[] = [];
    const Errors: object[] = [];
    for (const SecretId of SecretIdList as string[]) {
      try {
        SecretValues.push(this.#value(SecretId, {}));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        Errors.push({ SecretId, ErrorCode: error.type, Message: error.message });
      }
    }
    return { SecretValues, Errors };
  }

  /** @param of what its list of stages is named after: `VersionIdsToStages`, in a list `SecretVersionsToStages` */
  #describe(secretId: string, of: 'Version' | 'Secret' = 'Version'): object {
    const { secret, versions } = this.#secrets.find(secretId);
    const stages = Object.fromEntries(
      versions.filter(hasStage).map((version) => [version.id, version.stages] as const),
    );
    const dates = versions.map(({ created }) => inSeconds(created));
    return {
      ARN: secret.arn,
      Name: secret.name,
      ...(dates.length > 0 && { CreatedDate: Math.min(...dates), LastChangedDate: Math.max(...dates) }),
      [of === 'Version' ? 'VersionIdsToStages' : 'SecretVersionsToStages']: stages,
    };
  }

  #listVersions(secretId: string): object {
    const { secret, versions } = this.#secrets.find(secretId);
    const Versions = versions
      .filter(hasStage)
      .map(({ id, stages, created }) => ({ VersionId: id, VersionStages: stages, CreatedDate: inSeconds(created) }));
    return { ARN: secret.arn, Name: secret.name, Versions };
  }

  #put(input: Input): object {
    const { secret, versions } = this.#secrets.find(required(input, 'SecretId'));
    const { SecretString, SecretBinary, VersionStages = ['AWSCURRENT'], ClientRequestToken = randomUUID() } = input;
    const value = SecretString ?? SecretBinary;
    if (typeof value !== 'string' || (SecretString !== undefined && SecretBinary !== undefined)) {
      throw new ServiceError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
    }
    const id = String(ClientRequestToken);
    const isBinary = SecretString === undefined;
    const before = versions.find((version) => version.id === id);
    if (before && (before.value !== value || before.isBinary !== isBinary)) {
      throw new ServiceError(
        'ResourceExistsException',
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
      );
    }
    if (!before) this.#secrets.put(secret.arn, value, { id, stages: VersionStages as string[], isBinary });
    const { stages = [] } = versions.find((version) => version.id === id) ?? {};
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
  }

  #moveStage(input: Input): object {
    const { secret, versions } = this.#secrets.find(required(input, 'SecretId'));
    const stage = required(input, 'VersionStage');
    const { MoveToVersionId: to, RemoveFromVersionId: from } = input;
    const holder = versions.find(({ stages }) => stages.includes(stage));
    for (const id of [to, from]) {
      if (id === undefined || versions.some((version) => version.id === id)) continue;
      throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret version.");
    }
    const isHeldElsewhere = holder !== undefined && holder.id !== to;
    if (isHeldElsewhere && from !== holder.id) {
      throw new ServiceError(
        'InvalidParameterException',
        `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    }
    if (stage === 'AWSCURRENT' && to === undefined) {
      throw new ServiceError(
        'InvalidParameterException',
        'You can only move staging label AWSCURRENT to a different secret version.',
      );
    }
    this.#secrets.moveStage(secret.arn, stage, to as string | undefined);
    return { ARN: secret.arn, Name: secret.name };
  }
}

/** Secrets Manager removes versions without a stage in time, and does not list them. */
function hasStage({ stages }: SecretVersion): boolean {
  return stages.length > 0;
}

function inSeconds(date: Date): number {
  return date.getTime() / 1000;
}
