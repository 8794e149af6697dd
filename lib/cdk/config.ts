import type { Construct } from 'constructs';
import { type AriNode, nodeFaults, nodeKeyFaults } from '../ari/node.ts';
import { nodeSettingsFaults } from '../ari/node-settings.ts';
import { filterFaults } from '../events/filter-fields.ts';
import { type EventPattern, validate } from '../events/pattern/index.ts';
import { isJsonObject } from '../json.ts';
import { type Check, expected, flag, integer, listOf, oneOf, tagFaults, text, vpcFaults } from './config-checks.ts';
import type { ExistingVpc } from './network.ts';

/**
 * The ready-made app's configuration from the context: cdk.json, or `--context KEY=VALUE`, with JSON for all but text.
 */
export interface AppConfig {
  /** `nodes`: the Asterisk servers, each an `AriNode`, and in `asterisk` the options of its own files. */
  nodes: AriNode[];
  /**
   * `stage`: a part of the names of stacks, secrets, metrics and registry, so that an account can have several deployments.
   * @default none
   */
  stage?: string;
  /**
   * `eventFilter`: a list of event patterns; an event that any of them matches is forwarded.
   * @default all but ChannelVarset and ChannelDialplan
   */
  eventFilter?: EventPattern[];
  /** `connector`: whether the connector is deployed. @default true */
  connector: boolean;
  /**
   * `connectorImage`: a published image of the connector, `REGISTRY/NAME:TAG` or `…@sha256:DIGEST`.
   * @default one that is built at the deployment, by Docker
   */
  connectorImage?: string;
  /**
   * `publishers`: without the connector, the ARNs of the only roles that may put call events.
   * @default every principal that IAM allows
   */
  publishers?: string[];
  /** `eventBusArn`: an existing bus. @default a new one */
  eventBusArn?: string;
  /**
   * `asteriskNetwork`: `fixed`, where the connector and the handlers come from one address, which Asterisk allows;
   * `private`, where Asterisk is reachable only from the VPC; `open`, where they come from changing addresses, so that
   * Asterisk's ARI has to be open to the internet.
   * @default fixed
   */
  asteriskNetwork: 'fixed' | 'private' | 'open';
  /** `vpc`: an existing one, `{ vpcId, availabilityZones, subnetIds, public?, resolvers? }`. @default a new one */
  vpc?: ExistingVpc;
  /** `vpcCidr`: the CIDR block of a new VPC. @default 10.0.0.0/16 */
  vpcCidr?: string;
  /**
   * `customerManagedKey`: whether a new KMS key of the account encrypts call data, or the ARN of an existing key.
   * @default false
   */
  customerManagedKey: boolean | string;
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
  /** `standby`: whether a second task of the connector stands by. @default true */
  standby: boolean;
  /** `tags`: tags of all resources. @default none */
  tags: Record<string, string>;
  /** `alarmTopicArn`: the SNS topic that alarms are sent to. @default none */
  alarmTopicArn?: string;
  /** `alarmEmail`: an address that a new SNS topic sends alarms to, once its owner has confirmed. @default none */
  alarmEmail?: string;
  /** `runbookUrl`: the URL of your copy of docs/runbook.md. @default docs/runbook.md */
  runbookUrl?: string;
  /** `schemas`: whether the events' schemas are published to a registry. @default true */
  schemas: boolean;
  /**
   * `retain`: what `cdk destroy` leaves: `passwords`; `data`, which is also logs, dead letters and the archive; `nothing`.
   * @default passwords
   */
  retain: 'passwords' | 'data' | 'nothing';
}

/** All faults of the context, one line each. */
export class ContextError extends Error {
  override readonly name = 'ContextError';

  constructor(faults: readonly string[]) {
    super(`The context (cdk.json) is invalid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

const KEY_ARN = text('true, false or the ARN of a KMS key', /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/);

const CHECKS: Record<keyof AppConfig, Check> = {
  nodes: (value) => [...nodeFaults(value), ...nodeKeyFaults(value), ...nodeSettingsFaults(value)],
  stage: text('up to 20 lower-case letters, digits and hyphens, such as "staging"', /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/),
  eventFilter: (value) => {
    if (!Array.isArray(value) || value.length === 0) return expected('a list of at least one event pattern', value);
    return value.flatMap((pattern: unknown, index) => {
      // A misspelt field is named before what it makes of the pattern.
      const unread = isJsonObject(pattern) ? filterFaults(pattern as EventPattern) : [];
      const faults = unread.length > 0 ? unread : [validate(pattern as EventPattern) ?? []].flat();
      return faults.map((each) => `pattern ${index + 1}: ${each}`);
    });
  },
  connector: flag,
  connectorImage: text(
    'an image with its tag or digest, such as "ghcr.io/example/connector:1.0.0"',
    /^[a-z0-9][\w.:-]*(\/[\w.-]+)+(:[\w.-]+|@sha256:[0-9a-f]{64})$/,
  ),
  publishers: listOf('ARNs of IAM roles', /^arn:[\w-]+:iam::\d{12}:role\/\S+$/),
  eventBusArn: text('the ARN of an event bus', /^arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\/[/.\w-]+$/),
  asteriskNetwork: oneOf('fixed', 'private', 'open'),
  vpc: vpcFaults,
  vpcCidr: text('an IPv4 network such as "10.0.0.0/16"', /^\d+(\.\d+){3}\/(1[6-9]|2[0-4])$/),
  customerManagedKey: (value) => (typeof value === 'boolean' ? undefined : KEY_ARN(value)),
  archiveDays: integer(0, 3650),
  busLog: flag,
  handlerConcurrency: (value) => (value === 'unreserved' ? undefined : integer(1, 1000)(value)),
  tracing: flag,
  containerInsights: flag,
  standby: flag,
  tags: tagFaults,
  alarmTopicArn: text('the ARN of an SNS topic', /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/),
  alarmEmail: text('an e-mail address', /^[^\s@]+@[^\s@]+\.[^\s@]+$/),
  runbookUrl: text('a URL or a path without spaces', /^\S+$/),
  schemas: flag,
  retain: oneOf('passwords', 'data', 'nothing'),
};

/** These are plain text on the command line; all others are JSON there. */
const TEXTS: readonly string[] = [
  'stage',
  'connectorImage',
  'eventBusArn',
  'asteriskNetwork',
  'vpcCidr',
  'alarmTopicArn',
  'alarmEmail',
  'runbookUrl',
  'retain',
];

/**
 * Reads the app's configuration from its context.
 *
 * @param checkNodes checks the nodes with their `asterisk`. @default without it
 * @throws ContextError with all faults in one message, each with what was expected and what was given
 */
export function readConfig(scope: Construct, checkNodes?: (nodes: unknown) => string[]): AppConfig {
  const faults: string[] = [];
  const given: Partial<Record<keyof AppConfig, unknown>> = {};
  const checks = { ...CHECKS, ...(checkNodes && { nodes: checkNodes }) };
  for (const key of Object.keys(checks) as (keyof AppConfig)[]) {
    const value = parsed(key, scope.node.tryGetContext(key));
    if (value === undefined && key !== 'nodes') continue;
    given[key] = value;
    faults.push(...[checks[key](value) ?? []].flat().map((fault) => `\`${key}\`: ${fault}`));
  }
  faults.push(...unknownKeys(scope), ...contradictions(given));
  if (faults.length > 0) throw new ContextError(faults);
  return {
    connector: true,
    asteriskNetwork: 'fixed',
    customerManagedKey: false,
    archiveDays: 14,
    busLog: true,
    handlerConcurrency: 'unreserved',
    tracing: true,
    containerInsights: false,
    standby: true,
    tags: {},
    schemas: true,
    retain: 'passwords',
    ...given,
    // Functions and the connector do not need a node's `asterisk` options.
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

/** CDK's own keys contain a colon, an at sign or a slash, and so do comments. Any other unknown key is probably a typo. */
function unknownKeys(scope: Construct): string[] {
  const known = Object.keys(CHECKS);
  return Object.keys((scope.node.getAllContext() ?? {}) as object)
    .filter((key) => !/[:@/]/.test(key) && !known.includes(key))
    .map((key) => `\`${key}\`: there is no such key, expected one of ${known.join(', ')}`);
}

/** Settings that exclude each other. */
function contradictions(given: Partial<Record<keyof AppConfig, unknown>>): string[] {
  const { asteriskNetwork, vpc, connector, connectorImage, publishers, vpcCidr, nodes } = given;
  const withCa = Array.isArray(nodes) ? nodes.filter((node?: Partial<AriNode>) => node?.caFile !== undefined) : [];
  const rules: [boolean, string][] = [
    [
      asteriskNetwork !== 'open' && (vpc as Partial<ExistingVpc> | undefined)?.public === true,
      '`vpc.public`: handlers run in the VPC unless `asteriskNetwork` is "open", and Lambda assigns them no public address: expected subnets with NAT or endpoints',
    ],
    [
      vpc !== undefined && vpcCidr !== undefined,
      '`vpcCidr`: applies to a new VPC only, but `vpc` names an existing one; remove one of them',
    ],
    [
      connector !== false && publishers !== undefined,
      '`publishers`: the deployed connector is the only publisher; expected `publishers` only with `connector` false',
    ],
    [
      connector === false && given.standby === true,
      '`standby`: applies to the deployed connector, but `connector` is false; remove one of them',
    ],
    [
      connector === false && connectorImage !== undefined,
      '`connectorImage`: applies to the deployed connector, but `connector` is false; remove one of them',
    ],
    [
      connector !== false && connectorImage !== undefined && withCa.length > 0,
      `\`connectorImage\`: a published image does not contain the \`caFile\` of ${withCa.map(({ name }) => name).join(', ')}; expected no \`connectorImage\`, so that an image with the files is built`,
    ],
    [
      given.alarmTopicArn !== undefined && given.alarmEmail !== undefined,
      '`alarmEmail`: makes a new topic, but `alarmTopicArn` names an existing one; remove one of them',
    ],
    [
      given.eventBusArn !== undefined && given.busLog === true,
      '`busLog`: the log of an existing bus is a setting of that bus; expected no `busLog` with `eventBusArn`',
    ],
  ];
  return rules.filter(([applies]) => applies).map(([, fault]) => fault);
}
