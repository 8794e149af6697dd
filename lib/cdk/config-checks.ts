import { isJsonObject } from '../json.ts';
import type { ExistingVpc } from './network.ts';

/** Returns the faults of a value; `undefined` where it is valid. */
export type Check = (value: unknown) => string | string[] | undefined;

/** One of these texts. */
export const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : expected(values.map((each) => `"${each}"`).join(' or '), value);

export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : expected('true or false', value));

export const integer =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : expected(`an integer from ${min} to ${max}`, value);

/** A text of a form. */
export const text =
  (what: string, pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : expected(what, value);

/** A list of at least one text of a form. */
export const listOf =
  (what: string, pattern: RegExp): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && pattern.test(each))
      ? undefined
      : expected(`a list of ${what}`, value);

const IPV4 = /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$/;

/** An existing VPC, described in full. */
export function vpcFaults(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [expected('{ vpcId, availabilityZones, subnetIds, public?, resolvers? }', value)];
  }
  const {
    vpcId,
    availabilityZones: zones,
    subnetIds,
    public: isPublic = false,
    resolvers,
    ...more
  } = value as Partial<ExistingVpc>;
  const checks = [
    [`vpcId`, text('an id such as "vpc-0123456789abcdef0"', /^vpc-[0-9a-f]{8,17}$/)(vpcId)],
    ['availabilityZones', listOf('names such as "eu-west-1a"', /^[a-z]{2}(-[a-z]+)+-\d[a-z0-9-]*$/)(zones)],
    ['subnetIds', listOf('ids such as "subnet-0123456789abcdef0"', /^subnet-[0-9a-f]{8,17}$/)(subnetIds)],
    ['public', flag(isPublic)],
    ['resolvers', resolvers === undefined ? undefined : listOf('IPv4 addresses such as "10.0.0.53"', IPV4)(resolvers)],
    ...Object.keys(more).map((key) => [key, 'there is no such key']),
  ] as const;
  const faults = checks.flatMap(([key, fault]) =>
    fault === undefined ? [] : [`${key}: ${[fault].flat().join('; ')}`],
  );
  if (faults.length === 0 && (subnetIds?.length ?? 0) % (zones?.length ?? 1) !== 0) {
    faults.push(
      `subnetIds: expected as many for each of ${zones?.length} availability zones, got ${subnetIds?.length}`,
    );
  }
  return faults;
}

const TAG_KEY = /^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u;
/** AWS allows 50 for a resource; CloudFormation and the CDK need some. */
const MAX_TAGS = 40;

/** AWS's rules for tags: 128 characters of a key, 256 of a value, and no key that AWS keeps for itself. */
export function tagFaults(value: unknown): string | undefined {
  const valid = ([key, of]: [string, unknown]): boolean =>
    TAG_KEY.test(key) && typeof of === 'string' && TAG_VALUE.test(of);
  return isJsonObject(value) && Object.entries(value).length <= MAX_TAGS && Object.entries(value).every(valid)
    ? undefined
    : expected(`up to ${MAX_TAGS} tags, { "team": "telephony" }, of letters, digits, spaces and _.:/=+-@`, value);
}

/** A fault: what was expected, and what came. */
export function expected(what: string, got: unknown): string {
  return `expected ${what}, got ${got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 200)}`;
}
