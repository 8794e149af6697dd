import { randomInt, randomUUID } from 'node:crypto';
import type { LocalSecret, SecretGeneration } from '../template/index.ts';
import { ServiceError } from './service-error.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** One version of a secret's value. */
export interface SecretVersion {
  id: string;
  /** Text, or the Base64 of a binary value. */
  value: string;
  isBinary: boolean;
  stages: string[];
  created: Date;
}

/** A secret with its versions, the oldest first. */
export interface Held {
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
    return this.version(secretId, version.id, version.stage).version.value;
  }

  /** Adds a version. @param more its id, its stages, and whether the value is the Base64 of a binary one */
  put(
    arn: string,
    value: string,
    { id = randomUUID(), stages = ['AWSCURRENT'], isBinary = false }: Partial<Omit<SecretVersion, 'value'>> = {},
  ): void {
    const held = this.#lookUp(arn);
    if (!held) throw new Error(`No secret ${arn}`);
    held.versions.push({ id, value, isBinary, stages: [], created: new Date() });
    for (const stage of stages) this.moveStage(arn, stage, id);
  }

  /**
   * Moves a stage to a version, from the one that has it. As in Secrets Manager, AWSPREVIOUS moves to the version that
   * was current: readers can still fetch it.
   *
   * @param id @default none: the stage is removed
   */
  moveStage(arn: string, stage: string, id: string | undefined): void {
    const { versions } = this.find(arn);
    const holder = versions.find(({ stages }) => stages.includes(stage));
    if (holder?.id === id) return;
    if (holder) holder.stages = holder.stages.filter((one) => one !== stage);
    versions.find((version) => version.id === id)?.stages.push(stage);
    if (stage === 'AWSCURRENT' && holder) this.moveStage(arn, 'AWSPREVIOUS', holder.id);
  }

  all(): Held[] {
    return [...this.#held.values()];
  }

  /** @throws ServiceError where the secret has no such version */
  version(secretId: string, id?: string, stage?: string): { secret: LocalSecret; version: SecretVersion } {
    const { secret, versions } = this.find(secretId);
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

  #hold(held: Held): void {
    const { secret, versions } = held;
    this.#held.set(secret.arn, held);
    if (versions.length > 0 || secret.value === undefined) return;
    this.put(secret.arn, typeof secret.value === 'string' ? secret.value : generated(secret.value));
  }

  /** @throws ServiceError where there is no such secret */
  find(secretId: string): Held {
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
