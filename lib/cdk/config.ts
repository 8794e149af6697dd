import type { Construct } from 'constructs';
import { type AriNode, nodeFaults } from '../ari/node.ts';
import { filterFaults } from '../events/filter-fields.ts';
import { type EventPattern, validate } from '../events/pattern/index.ts';
import { isJsonObject } from '../json.ts';
import type { ExistingVpc } from './network.ts';

/**
 * The ready-made app's configuration from the context: cdk.json, or `--context KEY=VALUE`, with JSON for all but text.
 */
export interface AppConfig {
  /** `nodes`: the Asterisk servers, each `{ name, url, apps, allowPlainHttp?, caFile?, foreign? }`. */
  nodes: AriNode[];
  /**
   * `eventFilter`: a list of event patterns; an event that any of them matches is forwarded.
   * @default all but ChannelVarset and ChannelDialplan
   */
  eventFilter?: EventPattern[];
  /** `connector`: whether the connector is deployed. @default true */
  connector: boolean;
  /**
   * `publishers`: without the connector, the ARNs of the only roles that may put call events.
   * @default every principal that IAM allows
   */
  publishers?: string[];
  /**
   * `asteriskNetwork`: `public`, or `private` where Asterisk is reachable only from the VPC: handlers then run in it.
   * @default public
   */
  asteriskNetwork: 'public' | 'private';
  /** `vpc`: an existing one, `{ vpcId, availabilityZones, subnetIds, public? }`. @default a new one */
  vpc?: ExistingVpc;
  /** `vpcCidr`: the CIDR block of a new VPC. @default 10.0.0.0/16 */
  vpcCidr?: string;
  /** `customerManagedKey`: whether a KMS key of the account encrypts call data. @default false */
  customerManagedKey: boolean;
  /** `archiveDays`: how long events are archived for replays, 0 for no archive. @default 14 */
  archiveDays: number;
  /** `busLog`: whether EventBridge logs what it could not deliver. @default true */
  busLog: boolean;
  /** `handlerConcurrency`: maximum concurrent invocations of each handler, or `unreserved`. @default unreserved */
  handlerConcurrency: number | 'unreserved';
  /** `tracing`: whether X-Ray follows events through handlers. @default true */
  tracing: boolean;
  /** `containerInsights`: whether CloudWatch Container Insights watches the connector's task. @default false */
  containerInsights: boolean;
  /** `tags`: tags of all resources. @default none */
  tags: Record<string, string>;
  /** `alarmTopicArn`: the SNS topic that alarms are sent to. @default none */
  alarmTopicArn?: string;
  /** `runbookUrl`: the URL of your copy of docs/runbook.md. @default docs/runbook.md */
  runbookUrl?: string;
  /** `schemas`: whether the events' schemas are published to a registry. @default true */
  schemas: boolean;
}

/** All faults of the context, one line each. */
export class ContextError extends Error {
  override readonly name = 'ContextError';

  constructor(faults: readonly string[]) {
    super(`The context (cdk.json) is invalid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** Returns the faults of a value; `undefined` where it is valid. */
type Check = (value: unknown) => string | string[] | undefined;

const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : expected(values.map((each) => `"${each}"`).join(' or '), value);
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : expected('true or false', value));
const integer =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : expected(`an integer from ${min} to ${max}`, value);
const text =
  (what: string, pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : expected(what, value);
const listOf =
  (what: string, pattern: RegExp): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && pattern.test(each))
      ? undefined
      : expected(`a list of ${what}`, value);

const CHECKS: Record<keyof AppConfig, Check> = {
  nodes: nodeFaults,
  eventFilter: (value) => {
    if (!Array.isArray(value) || value.length === 0) return expected('a list of at least one event pattern', value);
    return value.flatMap((pattern: EventPattern, index) => {
      const fault = validate(pattern);
      const faults = fault === undefined ? filterFaults(pattern) : [fault];
      return faults.map((each) => `pattern ${index + 1}: ${each}`);
    });
  },
  connector: flag,
  publishers: listOf('ARNs of IAM roles', /^arn:[\w-]+:iam::\d{12}:role\/\S+$/),
  asteriskNetwork: oneOf('public', 'private'),
  vpc: vpcFaults,
  vpcCidr: text('an IPv4 network such as "10.0.0.0/16"', /^\d+(\.\d+){3}\/(1[6-9]|2[0-4])$/),
  customerManagedKey: flag,
  archiveDays: integer(0, 3650),
  busLog: flag,
  handlerConcurrency: (value) => (value === 'unreserved' ? undefined : integer(1, 1000)(value)),
  tracing: flag,
  containerInsights: flag,
  tags: tagFaults,
  alarmTopicArn: text('the ARN of an SNS topic', /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/),
  runbookUrl: text('a URL or a path without spaces', /^\S+$/),
  schemas: flag,
};

/** These are plain text on the command line; all others are JSON there. */
const TEXTS: readonly string[] = ['asteriskNetwork', 'vpcCidr', 'alarmTopicArn', 'runbookUrl'];

/**
 * Reads the app's configuration from its context.
 *
 * @throws ContextError with all faults in one message, each with what was expected and what was given
 */
export function readConfig(scope: Construct): AppConfig {
  const faults: string[] = [];
  const given: Partial<Record<keyof AppConfig, unknown>> = {};
  for (const key of Object.keys(CHECKS) as (keyof AppConfig)[]) {
    const value = parsed(key, scope.node.tryGetContext(key));
    if (value === undefined && key !== 'nodes') continue;
    given[key] = value;
    faults.push(...[CHECKS[key](value) ?? []].flat().map((fault) => `\`${key}\`: ${fault}`));
  }
  faults.push(...unknownKeys(scope), ...contradictions(given));
  if (faults.length > 0) throw new ContextError(faults);
  return {
    connector: true,
    asteriskNetwork: 'public',
    customerManagedKey: false,
    archiveDays: 14,
    busLog: true,
    handlerConcurrency: 'unreserved',
    tracing: true,
    containerInsights: false,
    tags: {},
    schemas: true,
    ...given,
    // ARI_NODES is limited in size, and does not need a node's `asterisk` options.
    nodes: (given.nodes as (AriNode & { asterisk?: unknown })[]).map(({ asterisk: _, ...node }) => node),
  } as AppConfig;
}

/** On the command line every value is text. */
function parsed(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || TEXTS.includes(key)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** CDK's own keys contain a colon, an at sign or a slash. Any other unknown key is probably a typo. */
function unknownKeys(scope: Construct): string[] {
  const known = Object.keys(CHECKS);
  return Object.keys((scope.node.getAllContext() ?? {}) as object)
    .filter((key) => /^\w+$/.test(key) && !known.includes(key))
    .map((key) => `\`${key}\`: there is no such key, expected one of ${known.join(', ')}`);
}

function contradictions({
  asteriskNetwork,
  vpc,
  connector,
  publishers,
  vpcCidr,
}: Partial<Record<keyof AppConfig, unknown>>) {
  const faults: string[] = [];
  if (asteriskNetwork === 'private' && (vpc as Partial<ExistingVpc> | undefined)?.public === true) {
    faults.push(
      '`vpc.public`: handlers run in the VPC where `asteriskNetwork` is "private", and Lambda assigns them no public address: expected subnets with NAT or endpoints',
    );
  }
  if (vpc !== undefined && vpcCidr !== undefined)
    faults.push('`vpcCidr`: applies to a new VPC only, but `vpc` names an existing one; remove one of them');
  if (connector !== false && publishers !== undefined) {
    faults.push(
      '`publishers`: the deployed connector is the only publisher; expected `publishers` only with `connector` false',
    );
  }
  return faults;
}

function vpcFaults(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [expected('{ vpcId, availabilityZones, subnetIds, public? }', value)];
  }
  const {
    vpcId,
    availabilityZones: zones,
    subnetIds,
    public: isPublic = false,
    ...more
  } = value as Partial<ExistingVpc>;
  const checks = [
    [`vpcId`, text('an id such as "vpc-0123456789abcdef0"', /^vpc-[0-9a-f]{8,17}$/)(vpcId)],
    ['availabilityZones', listOf('names such as "eu-west-1a"', /^[a-z]{2}(-[a-z]+)+-\d[a-z0-9-]*$/)(zones)],
    ['subnetIds', listOf('ids such as "subnet-0123456789abcdef0"', /^subnet-[0-9a-f]{8,17}$/)(subnetIds)],
    ['public', flag(isPublic)],
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

/** AWS's rules for tags: 128 characters of a key, 256 of a value, and no key that AWS keeps for itself. */
function tagFaults(value: unknown): string | undefined {
  const valid = ([key, of]: [string, unknown]): boolean =>
    TAG_KEY.test(key) && typeof of === 'string' && TAG_VALUE.test(of);
  return isJsonObject(value) && Object.entries(value).length <= MAX_TAGS && Object.entries(value).every(valid)
    ? undefined
    : expected(`up to ${MAX_TAGS} tags, { "team": "telephony" }, of letters, digits, spaces and _.:/=+-@`, value);
}
const TAG_KEY = /^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{N} _.:/=+@-]{0,256}$/u;
/** AWS allows 50 for a resource; CloudFormation and the CDK need some. */
const MAX_TAGS = 40;

function expected(what: string, got: unknown): string {
  return `expected ${what}, got ${got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 200)}`;
}
