import { randomInt, randomUUID } from 'node:crypto';
import type { LocalSecret, SecretGeneration } from '../template/index.ts';
import { required, ServiceError } from './service-error.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** One version of a secret's value. */
interface SecretVersion {
  id: string;
  value: string;
  stages: string[];
  created: Date;
}

interface Held {
  secret: LocalSecret;
  versions: SecretVersion[];
  /** No template has it. */
  isAdded?: true;
}

/** The secrets of the templates. Their values are kept in this process's memory only. */
export class Secrets {
  readonly #held = new Map<string, Held>();

  /**
   * Replaces the set of secrets; secrets in both sets keep their values, new ones get their initial value.
   *
   * @param secrets read one by one: the initial value of one may be made from those before it
   */
  apply(secrets: Iterable<LocalSecret>): void {
    const before = new Map(this.#held);
    for (const [arn, { isAdded }] of before) if (!isAdded) this.#held.delete(arn);
    try {
      for (const secret of secrets) {
        const versions = before.get(secret.arn)?.versions ?? [];
        this.#hold({ secret, versions });
      }
    } catch (error) {
      this.#held.clear();
      for (const [arn, held] of before) this.#held.set(arn, held);
      throw error;
    }
  }

  /** The current value, by name or ARN; `undefined` where there is none. */
  get(arn: string): string | undefined {
    return this.#lookUp(arn)?.versions.find(({ stages }) => stages.includes('AWSCURRENT'))?.value;
  }

  has(secretId: string): boolean {
    return this.#lookUp(secretId) !== undefined;
  }

  /** Adds a secret that no template has: `apply` leaves it. */
  add(secret: LocalSecret): void {
    this.#hold({ secret, versions: [], isAdded: true });
  }

  /**
   * The value of a version, as a dynamic reference finds it.
   *
   * @param secretId name or ARN
   * @param version @default the current one
   * @throws ServiceError where there is none
   */
  valueOf(secretId: string, version: { stage?: string; id?: string } = {}): string {
    return this.#version(secretId, version.id, version.stage).version.value;
  }

  put(arn: string, value: string, id: string = randomUUID(), stages: readonly string[] = ['AWSCURRENT']): void {
    const held = this.#lookUp(arn);
    if (!held) throw new Error(`No secret ${arn}`);
    const current = held.versions.find((version) => version.stages.includes('AWSCURRENT'));
    const moved = [...stages];
    // As in Secrets Manager, AWSPREVIOUS moves to the version that was current: readers can still fetch it.
    if (moved.includes('AWSCURRENT') && current) {
      for (const version of held.versions) version.stages = version.stages.filter((stage) => stage !== 'AWSPREVIOUS');
      current.stages.push('AWSPREVIOUS');
    }
    for (const version of held.versions) version.stages = version.stages.filter((stage) => !moved.includes(stage));
    held.versions.push({ id, value, stages: moved, created: new Date() });
  }

  /**
   * Secrets Manager's own operations.
   *
   * @returns nothing where the operation is not served
   */
  call(operation: string, input: Record<string, unknown>): object | undefined {
    if (operation === 'GetSecretValue') return this.#getSecretValue(input);
    if (operation === 'PutSecretValue') return this.#putSecretValue(input);
    return undefined;
  }

  #getSecretValue(input: Record<string, unknown>): object {
    const { VersionId: id, VersionStage: stage } = input as { VersionId?: string; VersionStage?: string };
    const { secret, version } = this.#version(required(input, 'SecretId'), id, stage);
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      VersionStages: version.stages,
      CreatedDate: version.created.getTime() / 1000,
      SecretString: version.value,
    };
  }

  #version(secretId: string, id?: string, stage?: string): { secret: LocalSecret; version: SecretVersion } {
    const { secret, versions } = this.#find(secretId);
    const version =
      id === undefined
        ? versions.find(({ stages }) => stages.includes(stage ?? 'AWSCURRENT'))
        : versions.find((candidate) => candidate.id === id);
    if (!version) {
      const which = id === undefined ? `staging label: ${stage ?? 'AWSCURRENT'}` : `VersionId: ${id}`;
      throw new ServiceError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for ${which}`,
      );
    }
    if (id !== undefined && stage !== undefined && !version.stages.includes(stage)) {
      throw new ServiceError(
        'InvalidRequestException',
        'You provided a VersionStage that is not associated to the provided VersionId.',
      );
    }
    return { secret, version };
  }

  #putSecretValue(input: Record<string, unknown>): object {
    const { secret, versions } = this.#find(required(input, 'SecretId'));
    const {
      SecretString: value,
      ClientRequestToken: id = randomUUID(),
      VersionStages: stages,
    } = input as {
      SecretString?: string;
      ClientRequestToken?: string;
      VersionStages?: string[];
    };
    if (typeof value !== 'string') {
      throw new ServiceError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
    }
    const before = versions.find((version) => version.id === id);
    if (before && before.value !== value) {
      throw new ServiceError(
        'ResourceExistsException',
        `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
      );
    }
    if (!before) this.put(secret.arn, value, id, stages ?? ['AWSCURRENT']);
    const { stages: now = [] } = versions.find((version) => version.id === id) ?? {};
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: now };
  }

  #hold(held: Held): void {
    const { secret, versions } = held;
    this.#held.set(secret.arn, held);
    if (versions.length > 0 || secret.value === undefined) return;
    this.put(secret.arn, typeof secret.value === 'string' ? secret.value : generated(secret.value));
  }

  #find(secretId: string): Held {
    const found = this.#lookUp(secretId);
    if (found) return found;
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /** By ARN, by ARN without its last six characters, or by name. */
  #lookUp(secretId: string): Held | undefined {
    const named = secretId.startsWith('arn:') ? secretId.split(':').slice(6).join(':') : secretId;
    return (
      this.#held.get(secretId) ??
      [...this.#held.values()].find(({ secret: { name, arn } }) => name === named || arn.slice(0, -7) === secretId)
    );
  }
}

/** A value as Secrets Manager's GetRandomPassword generates it: at least one of each allowed kind of character. */
function generated(generation: SecretGeneration): string {
  const { ExcludeCharacters = '', PasswordLength = 32 } = generation;
  const kinds = [
    generation.ExcludeLowercase ? '' : LOWER,
    generation.ExcludeUppercase ? '' : LOWER.toUpperCase(),
    generation.ExcludeNumbers ? '' : DIGITS,
    generation.ExcludePunctuation ? '' : PUNCTUATION,
    generation.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => [...kind].filter((character) => !ExcludeCharacters.includes(character)))
    .filter((kind) => kind.length > 0);
  const pick = (characters: readonly string[]): string => characters[randomInt(characters.length)] as string;
  const password = kinds.map(pick);
  while (password.length < Number(PasswordLength)) password.push(pick(kinds.flat()));
  for (let last = password.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [password[last], password[other]] = [password[other] as string, password[last] as string];
  }
  const text = password.join('');
  const { SecretStringTemplate, GenerateStringKey } = generation;
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return text;
  return JSON.stringify({ ...(JSON.parse(SecretStringTemplate) as object), [GenerateStringKey]: text });
}
