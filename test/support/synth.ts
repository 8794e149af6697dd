import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Template, TemplateResource } from '../../lib/local/template/cloud-assembly.ts';
import { APPS } from './apps.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that functions find the SDK that Lambda's runtime includes. */
const CACHE = join(ROOT, 'node_modules/.cache/ari-eventbridge');

export type Json = Record<string, unknown>;
export type Resource = TemplateResource & { Properties: Json };

/** A statement of an IAM policy, its actions and resources always as lists. */
export interface Statement {
  Effect: string;
  Action: string[];
  Resource: unknown[];
  Condition?: Json;
}

/** Findings of cdk-nag and of CDK's own validation. */
export interface Finding {
  rule: string;
  where: string[];
}

/** The cloud assembly of the ready-made app, for inspection. */
export class Synthesized {
  readonly folder: string;
  readonly templates = new Map<string, Template>();

  constructor(folder: string) {
    this.folder = folder;
    const { artifacts } = this.read<{ artifacts: Record<string, { type: string; properties: Json }> }>('manifest.json');
    for (const [name, { type, properties }] of Object.entries(artifacts)) {
      if (type === 'aws:cloudformation:stack') this.templates.set(name, this.read(properties.templateFile as string));
    }
  }

  read<T>(file: string): T {
    return JSON.parse(readFileSync(join(this.folder, file), 'utf8')) as T;
  }

  get findings(): Finding[] {
    interface Report {
      pluginReports: { violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[] }[];
    }
    return this.read<Report>('validation-report.json').pluginReports.flatMap(({ violations }) =>
      violations.map(({ ruleName, violatingConstructs }) => ({
        rule: ruleName,
        where: violatingConstructs.map(({ constructPath }) => constructPath),
      })),
    );
  }

  /** Resources of a type, by logical id; of all stacks, or of one. */
  resources(type: string, stack?: string): [string, Resource][] {
    const templates = [...this.templates].filter(([name]) => stack === undefined || name === stack);
    return templates
      .flatMap(([, { Resources = {} }]) => Object.entries(Resources))
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => [id, { ...resource, Properties: resource.Properties ?? {} }]);
  }

  /** The one resource of a type. */
  one(type: string, stack?: string): Resource {
    const found = this.resources(type, stack);
    if (found.length !== 1)
      throw new Error(`expected one ${type}, found ${found.map(([id]) => id).join(', ') || 'none'}`);
    return (found[0] as [string, Resource])[1];
  }

  /** What roles may do by their policies, of all stacks or of one; of the roles whose policy's id begins so. */
  statements(stack?: string, prefix = ''): Statement[] {
    return this.resources('AWS::IAM::Policy', stack)
      .filter(([id]) => id.startsWith(prefix))
      .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: Json[] }).Statement)
      .map((statement) => ({
        ...statement,
        Effect: String(statement.Effect),
        Action: [statement.Action].flat() as string[],
        Resource: [statement.Resource].flat(),
      }));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Synthesizes the ready-made app as CDK's command line does, with context in addition to cdk.json's, or instead of it.
 *
 * @throws with the app's output, when it failed
 */
export async function synthesizeApp(context: Json): Promise<Synthesized> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'cdk.out-'));
  const { context: given } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: Json };
  const env = {
    ...process.env,
    CDK_OUTDIR: folder,
    CDK_CONTEXT_JSON: JSON.stringify({ ...given, 'aws:cdk:enable-path-metadata': true, ...context }),
  };
  const child = spawn(process.execPath, ['bin/app.ts'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(said);
  }
  return new Synthesized(folder);
}

const node = (name: string, more: Json = {}) => ({
  name,
  url: `https://${name}.example.com:8089/ari`,
  apps: APPS,
  ...more,
});

/** The ways of deploying that have to be without findings, with stacks of the usual names. */
export const WAYS: Record<string, Json> = {
  default: { nodes: [node('pbx-1', { asterisk: { fallback: 'busy' } })] },
  'existing VPC': {
    nodes: [node('pbx-1')],
    asteriskNetwork: 'private',
    vpc: {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      resolvers: ['10.0.0.53'],
    },
    alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:pbx-alarms',
  },
  'changing addresses': { nodes: [node('pbx-1')], asteriskNetwork: 'open' },
  'a VPC of its own with NAT': { nodes: [node('pbx-1')], asteriskNetwork: 'private', vpcCidr: '10.42.0.0/16' },
  'three nodes': { nodes: [node('pbx-1'), node('pbx-2'), node('pbx-3')] },
  'two hundred nodes': { nodes: Array.from({ length: 200 }, (_, index) => node(`pbx-${index + 1}`)) },
  'customer-managed key': { nodes: [node('pbx-1')], customerManagedKey: true },
  'no connector': {
    nodes: [node('pbx-1')],
    connector: false,
    asteriskNetwork: 'open',
    publishers: ['arn:aws:iam::123456789012:role/connector-on-premises'],
  },
};

const KEY_ARN = 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
const secretArn = (role: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:theirs/${role}-a1b2c3`;

/** Further ones. */
export const MORE_WAYS: Record<string, Json> = {
  'a stage': { nodes: [node('pbx-1')], stage: 'staging', tags: { team: 'telephony' } },
  'another stage': { nodes: [node('pbx-1')], stage: 'live', asteriskNetwork: 'private', customerManagedKey: true },
  'two hundred nodes in groups': {
    nodes: Array.from({ length: 200 }, (_, index) => node(`pbx-${index + 1}`, { userGroup: `group-${index % 10}` })),
  },
  'a published image': {
    nodes: [node('pbx-1')],
    connectorImage: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/ari-eventbridge/connector:1.0.0',
  },
  'existing everything': {
    nodes: [node('pbx-1', { secrets: { connector: secretArn('connector'), handlers: secretArn('handlers') } })],
    eventBusArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/theirs',
    customerManagedKey: KEY_ARN,
    alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:pbx-alarms',
    connectorImage: 'ghcr.io/example/connector:1.0.0',
    vpc: {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a'],
      subnetIds: ['subnet-0123456789abcdef0'],
      public: true,
    },
    asteriskNetwork: 'open',
  },
  'alarms by e-mail, data retained, reserved concurrency': {
    nodes: [node('pbx-1')],
    alarmEmail: 'telephony@example.com',
    retain: 'data',
    handlerConcurrency: 20,
    containerInsights: true,
    tracing: false,
  },
};
