import type { Construct } from 'constructs';
import { type AriNode, nodeFaults } from '../ari/node.ts';
import { type EventPattern, validate } from '../events/pattern/index.ts';
import type { ExistingVpc } from './network.ts';

/** What the ready-made app is told through context: cdk.json, or `--context KEY=VALUE`, where lists and the like are JSON. */
export interface AppConfig {
  /** `nodes`: the Asterisk servers, each `{ name, url, apps, allowPlainHttp?, caFile? }`. */
  nodes: AriNode[];
  /** `eventFilter`: a list of event patterns; forwarded is what any of them matches. @default all but ChannelVarset and ChannelDialplan */
  eventFilter?: EventPattern[];
  /** `connector`: whether the connector is deployed. @default true */
  connector: boolean;
  /** `publishers`: without the connector, the ARNs of the roles that alone may put call events. @default whoever IAM permits */
  publishers?: string[];
  /** `asteriskNetwork`: `public`, or `private` where it is reached from the VPC only: handlers run in it too. @default public */
  asteriskNetwork: 'public' | 'private';
  /** `vpc`: one that exists, `{ vpcId, availabilityZones, subnetIds, public? }`. @default one is made */
  vpc?: ExistingVpc;
  /** `vpcCidr`: of the one that is made. @default 10.0.0.0/16 */
  vpcCidr?: string;
  /** `customerManagedKey`: whether a KMS key of the account's own encrypts what holds call data. @default false */
  customerManagedKey: boolean;
  /** `archiveDays`: how long events are kept for replays, 0 for not at all. @default 14 */
  archiveDays: number;
  /** `busLog`: whether EventBridge logs what it could not deliver. @default true */
  busLog: boolean;
  /** `handlerConcurrency`: how many of one handler run at once at the most, or `unreserved`. @default 20 */
  handlerConcurrency: number | 'unreserved';
  /** `alarmTopicArn`: the SNS topic that alarms are sent to. @default none */
  alarmTopicArn?: string;
  /** `runbookUrl`: where your copy of docs/runbook.md is. @default docs/runbook.md */
  runbookUrl?: string;
  /** `schemas`: whether the events' schemas are published to a registry. @default true */
  schemas: boolean;
}

/** Every fault of the context, a line each. */
export class ContextError extends Error {
  override readonly name = 'ContextError';

  constructor(faults: readonly string[]) {
    super(`The context (cdk.json) cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** Says what is wrong with a value, if anything is. */
type Check = (value: unknown) => string | string[] | undefined;

const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : expected(values.map((it) => `"${it}"`).join(' or '), value);
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
    Array.isArray(value) && value.length > 0 && value.every((it) => typeof it === 'string' && pattern.test(it))
      ? undefined
      : expected(`a list of ${what}`, value);

const CHECKS: Record<keyof AppConfig, Check> = {
  nodes: nodeFaults,
  eventFilter: (value) => {
    if (!Array.isArray(value) || value.length === 0) return expected('a list of at least one event pattern', value);
    return value.flatMap((pattern: EventPattern, index) => {
      const fault = validate(pattern);
      return fault === undefined ? [] : [`pattern ${index + 1}: ${fault}`];
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
  alarmTopicArn: text('the ARN of an SNS topic', /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/),
  runbookUrl: text('a URL or a path without spaces', /^\S+$/),
  schemas: flag,
};

/** These are text as they come from the command line; all others are JSON there. */
const TEXTS: readonly string[] = ['asteriskNetwork', 'vpcCidr', 'alarmTopicArn', 'runbookUrl'];

/**
 * Reads what the app is to deploy from its context.
 *
 * @throws ContextError with every fault in one message, each saying what was expected and what came
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
    handlerConcurrency: 20,
    schemas: true,
    ...given,
    // Asterisk's own side of a node is not for ARI_NODES, which is small.
    nodes: (given.nodes as (AriNode & { asterisk?: unknown })[]).map(({ asterisk: _, ...node }) => node),
  } as AppConfig;
}

/** From the command line everything comes as text. */
function parsed(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || TEXTS.includes(key)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** CDK's own keys have a colon, an at sign or a slash. What has none, and is not ours, is a slip of the pen. */
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
      '`vpc.public`: handlers run in the VPC where `asteriskNetwork` is "private", and Lambda gives them no public address: expected subnets with NAT or endpoints',
    );
  }
  if (vpc !== undefined && vpcCidr !== undefined)
    faults.push('`vpcCidr`: is of a VPC that is made, but `vpc` names one');
  if (connector !== false && publishers !== undefined) {
    faults.push('`publishers`: the connector that is deployed is the only one; expected it with `connector` false');
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

function expected(what: string, got: unknown): string {
  return `expected ${what}, got ${got === undefined ? 'nothing' : JSON.stringify(got).slice(0, 200)}`;
}
