import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALARMS_PER_HANDLER, DEPLOYED, HANDLERS } from '../../../../lib/cost/deployed.ts';
import { monthlyCost } from '../../../../lib/cost/monthly-cost.ts';
import { readCloudAssembly, type TemplateResource } from '../../../../lib/local/template/cloud-assembly.ts';
import { synthesize } from '../../../../lib/local/template/synth.ts';
import { APPS } from '../../../support/apps.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const NODE = {
  name: 'pbx-1',
  url: 'https://pbx-1.example.com:8089/ari',
  apps: APPS,
};

let folder: string;
let resources: TemplateResource[];

beforeAll(async () => {
  folder = await synthesize(ROOT, [NODE]);
  const { stacks } = await readCloudAssembly(folder);
  resources = [...stacks.values()].flatMap(({ template: { Resources = {} } }) => Object.values(Resources));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ofType(type: string): Record<string, unknown>[] {
  return resources.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties);
}

/** How much of something the calculator bills for one node with its apps. */
function billed(what: string): number {
  const { items } = monthlyCost({ callsPerDay: 0, nodes: 1, appsPerNode: NODE.apps.length }).serverless;
  return items.find((item) => item.what === what)?.quantity ?? 0;
}

test('without an app to count in, the calculator takes what the templates deploy with the example handlers', () => {
  const handlers = new Set(ofType('AWS::Events::Rule').map(({ Targets }) => JSON.stringify(Targets))).size;
  const added = (handlers - HANDLERS) * ALARMS_PER_HANDLER;
  expect(ofType('AWS::CloudWatch::Alarm')).toHaveLength(billed('Alarms') + added);
  expect(ofType('AWS::CloudWatch::Dashboard')).toHaveLength(DEPLOYED.dashboards);
  expect(ofType('AWS::SecretsManager::Secret')).toHaveLength(billed('Secrets'));
  const insights = JSON.stringify(ofType('AWS::ECS::Cluster')).includes('"enabled"');
  expect(DEPLOYED.containerInsights).toBe(insights);
});

test('the calculator uses the size of the connector’s tasks, and their number', () => {
  const [task] = ofType('AWS::ECS::TaskDefinition');
  const tasks = Number(ofType('AWS::ECS::Service')[0]?.DesiredCount);
  expect((tasks * Number(task?.Cpu)) / 1024).toBe(billed('Connector: CPU') / 730);
  expect((tasks * Number(task?.Memory)) / 1024).toBe(billed('Connector: memory') / 730);
  expect(ofType('AWS::DynamoDB::Table')).toHaveLength(1);
});

test('the calculator bills the NAT gateway and its address', () => {
  expect(ofType('AWS::EC2::NatGateway')).toHaveLength(billed('NAT gateway') / 730);
  expect(ofType('AWS::EC2::EIP')).toHaveLength(billed('Public address') / 730);
});

test('the templates have no other resources with an hourly price', () => {
  const hourly = /^AWS::(EC2::(VPCEndpoint|Instance)|ElasticLoadBalancing|RDS::|KMS::Key|ElastiCache|EFS::)/;
  // A gateway to S3 or DynamoDB is free.
  const priced = resources.filter(({ Properties }) => Properties?.VpcEndpointType !== 'Gateway');
  expect(priced.map(({ Type }) => Type).filter((type) => hourly.test(type))).toEqual([]);
});
