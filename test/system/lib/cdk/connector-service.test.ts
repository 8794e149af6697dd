import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ConnectorConfig, readConfig } from '../../../../connector/config.ts';
import { readNodes } from '../../../../lib/ari/node.ts';
import { CallDataKey } from '../../../../lib/cdk/call-data-key.ts';
import { ConnectorService, type ConnectorServiceProps } from '../../../../lib/cdk/connector-service.ts';
import { NodeUser } from '../../../../lib/cdk/node-user.ts';
import { STATE_TABLE_DEFINITION } from '../../../support/state-table.ts';
import { NODE, only } from '../../../support/template-of.ts';
import { folderOfTest, temporaryFolder } from '../../../support/temporary-folder.ts';

function connector(outdir: string, more: Partial<ConnectorServiceProps> = {}, node = NODE): Template {
  const stack = new Stack(new App({ outdir }), 'Test');
  new ConnectorService(stack, 'Connector', {
    vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false }) as IVpc,
    bus: new EventBus(stack, 'Bus') as IEventBus,
    nodes: [new NodeUser(stack, 'User', { node, username: 'connector' })],
    ...more,
  });
  return Template.fromStack(stack);
}

type Json = Record<string, unknown>;
const containerOf = (template: Template): Json =>
  (only(template, 'AWS::ECS::TaskDefinition').ContainerDefinitions as Json[])[0] ?? {};
const idOf = (template: Template, type: string, prefix = ''): string =>
  Object.keys(template.findResources(type)).find((id) => id.startsWith(prefix)) ?? expect.fail(`no ${type}`);

/** What the connector makes of the template's variables, and which it asked for. */
function configured(template: Template): { given: string[]; asked: string[]; config: ConnectorConfig } {
  const variables = containerOf(template).Environment as { Name: string; Value: unknown }[];
  const given = variables
    .filter(({ Name }) => Name !== 'NODE_OPTIONS')
    .map(({ Name, Value }) => [
      Name,
      typeof Value === 'string' ? Value : Name.endsWith('_URL') ? 'https://sqs.example.com/q' : 'connectors',
    ]);
  const nodes = JSON.stringify([{ ...NODE, secretId: 's' }]);
  const environment = {
    ...Object.fromEntries(given),
    ARI_NODES: nodes,
    EVENT_BUS_NAME: 'bus',
    AWS_REGION: 'eu-west-1',
  };
  const asked = new Set<string>();
  const noted = new Proxy<NodeJS.ProcessEnv>(environment, {
    get: (target, name: string) => {
      asked.add(name);
      return target[name];
    },
  });
  const config = readConfig(noted);
  return { given: given.map(([name = '']) => name).toSorted(), asked: [...asked].toSorted(), config };
}

describe('the connector service', () => {
  let template: Template;
  beforeAll(() => {
    const folder = temporaryFolder();
    template = connector(folder.path);
    folder.remove();
  });

  test('may put events on its bus, read its users’ secrets, use its two queues and its table, and nothing else', () => {
    const [statements] = Object.entries(template.findResources('AWS::IAM::Policy'))
      .filter(([id]) => id.startsWith('ConnectorTaskTaskRole'))
      .map(
        ([, { Properties }]) =>
          Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[],
      );
    const powers: Record<string, unknown[]> = {};
    for (const { Action, Resource } of statements ?? []) {
      for (const action of [Action].flat()) powers[action] = [...(powers[action] ?? []), Resource].flat();
    }
    const secret = { Ref: idOf(template, 'AWS::SecretsManager::Secret') };
    const queues = ['ConnectorDeadLetters', 'ConnectorLeftovers'].map((prefix) => ({
      'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue', prefix), 'Arn'],
    }));
    const table = { 'Fn::GetAtt': [idOf(template, 'AWS::DynamoDB::Table'), 'Arn'] };
    expect(powers).toEqual({
      'dynamodb:Query': [table],
      'dynamodb:BatchWriteItem': [table],
      'events:PutEvents': [{ 'Fn::GetAtt': [idOf(template, 'AWS::Events::EventBus'), 'Arn'] }],
      'secretsmanager:GetSecretValue': [secret],
      'secretsmanager:DescribeSecret': [secret],
      'sqs:SendMessage': queues,
      'sqs:GetQueueAttributes': [...queues, queues[1]],
      'sqs:GetQueueUrl': [...queues, queues[1]],
      'sqs:ReceiveMessage': [queues[1]],
      'sqs:ChangeMessageVisibility': [queues[1]],
      'sqs:DeleteMessage': [queues[1]],
    });
  });

  test('keeps what a stopped task leaves in the order in which it was sent, encrypted, for 14 days', () => {
    const leftovers = Object.entries(template.findResources('AWS::SQS::Queue')).find(([id]) =>
      id.includes('Leftovers'),
    );
    expect(leftovers?.[1].Properties).toMatchObject({
      FifoQueue: true,
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
  });

  test('is the only one that may put events as Asterisk', () => {
    const role = { 'Fn::GetAtt': [idOf(template, 'AWS::IAM::Role', 'ConnectorTaskTaskRole'), 'Arn'] };
    const { Statement } = only(template, 'AWS::Events::EventBusPolicy') as { Statement: Json };
    expect(Statement.Condition).toMatchObject({ ArnNotEquals: { 'aws:PrincipalArn': [role] } });
  });

  test('has a second task that stands by, overlaps tasks in a deployment, and rolls back one that does not become healthy', () => {
    expect(only(template, 'AWS::ECS::Service')).toMatchObject({
      DesiredCount: 2,
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      },
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
    });
  });

  test('has a table for what outlives a task, which is deleted with the stack', () => {
    expect(only(template, 'AWS::DynamoDB::Table')).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: STATE_TABLE_DEFINITION.KeySchema,
      AttributeDefinitions: STATE_TABLE_DEFINITION.AttributeDefinitions,
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    });
    template.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
  });

  test('has one task without a standby', () => {
    const { DesiredCount } = only(connector(folderOfTest(), { standby: false }), 'AWS::ECS::Service');
    expect(DesiredCount).toBe(1);
  });

  test('has a read-only root, a user that is not root, and no port', () => {
    expect(containerOf(template)).toMatchObject({ ReadonlyRootFilesystem: true, User: '1000:1000' });
    expect(containerOf(template)).not.toHaveProperty('PortMappings');
    expect(containerOf(template)).not.toHaveProperty('Secrets');
    const group = only(template, 'AWS::EC2::SecurityGroup');
    expect(group).not.toHaveProperty('SecurityGroupIngress');
    expect((group.SecurityGroupEgress as { FromPort: number }[]).map(({ FromPort }) => FromPort).toSorted()).toEqual([
      443, 8089,
    ]);
  });

  test('is restarted in place, with its journal on a volume that outlives the container', () => {
    const container = containerOf(template);
    expect(container.RestartPolicy).toEqual({ Enabled: true, RestartAttemptPeriod: 60 });
    const { Value: journal } = (container.Environment as { Name: string; Value: unknown }[]).find(
      ({ Name }) => Name === 'JOURNAL_FOLDER',
    ) ?? { Value: undefined };
    const volumes = only(template, 'AWS::ECS::TaskDefinition').Volumes as { Name: string }[];
    expect(container.MountPoints).toEqual([
      { ContainerPath: journal, ReadOnly: false, SourceVolume: volumes[0]?.Name },
    ]);
  });

  test('may drain for the configured time before it is killed', () => {
    const { config } = configured(template);
    expect(containerOf(template).StopTimeout).toBeGreaterThan(config.drainSeconds);
  });
});

test('the image’s context has the nodes and the certificates of their private CAs', () => {
  const folder = folderOfTest();
  const out = folderOfTest();
  writeFileSync(join(folder, 'ca.pem'), 'CERTIFICATE');
  const appSettings = { 'Intro-IVR': { subscriptions: ['endpoint:PJSIP/1001'] } };
  const template = connector(out, {}, { ...NODE, appSettings, caFile: join(folder, 'ca.pem') });
  const variables = containerOf(template).Environment as { Name: string; Value: string }[];
  expect(variables.map(({ Name }) => Name)).not.toContain('ARI_NODES');
  const assets = JSON.parse(readFileSync(join(out, 'Test.assets.json'), 'utf8')) as {
    dockerImages: Record<string, { source: { directory: string } }>;
  };
  const [{ source }] = Object.values(assets.dockerImages) as [{ source: { directory: string } }];
  const context = join(out, source.directory);
  const file = variables.find(({ Name }) => Name === 'ARI_NODES_FILE')?.Value ?? expect.fail('no file');
  const [node] = readNodes({ ARI_NODES_FILE: join(context, file) });
  // With their settings: where these change, a new connector connects, after which they are applied.
  expect(node).toEqual({
    ...NODE,
    appSettings,
    caFile: 'ari-nodes/pbx-1.pem',
    secretId: 'ari-eventbridge/pbx-1/connector',
  });
  expect(readFileSync(join(context, 'ari-nodes/pbx-1.pem'), 'utf8')).toBe('CERTIFICATE');
  expect(readFileSync(join(out, source.directory, 'Dockerfile'), 'utf8')).toMatch(/^COPY ari-nodes \/ari-nodes$/m);
});

test('an image that is given has no file with the nodes: the variable has them', () => {
  const template = connector(folderOfTest(), { image: ContainerImage.fromRegistry('ghcr.io/example/connector:1') });
  const variables = new Map(
    (containerOf(template).Environment as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]),
  );
  expect(variables.has('ARI_NODES_FILE')).toBe(false);
  expect(readNodes({ ARI_NODES: variables.get('ARI_NODES') })).toMatchObject([
    { name: 'pbx-1', secretId: 'ari-eventbridge/pbx-1/connector' },
  ]);
});

test('more nodes than a task’s variable has room for are refused at synth, where the image is given', () => {
  const apps = Array.from({ length: 900 }, (_, index) => `application-${index}-${'x'.repeat(50)}`);
  const image = ContainerImage.fromRegistry('ghcr.io/example/connector:1');
  expect(() => connector(folderOfTest(), { image }, { ...NODE, apps })).toThrow(
    /Task: the variables have 6\d{4} bytes, of which ARI_NODES has 6\d{4}; a task has room for 61440/,
  );
  // In the image that is built there is a file for them.
  connector(folderOfTest(), {}, { ...NODE, apps });
});

test('the service begins after its routes and roles, and ends before them', () => {
  const template = connector(folderOfTest(), { assignPublicIp: true });
  const [service] = Object.values(template.findResources('AWS::ECS::Service'));
  const dependencies = service?.DependsOn as string[];
  const routes = Object.entries(template.findResources('AWS::EC2::Route')).filter(
    ([, { Properties }]) => Properties.GatewayId !== undefined,
  );
  expect(routes.length).toBeGreaterThan(0);
  for (const [id] of routes) expect(dependencies).toContain(id);
  const roles = [...Object.keys(template.findResources('AWS::IAM::Role'))].filter((id) => /Task/.test(id));
  const policies = Object.keys(template.findResources('AWS::IAM::Policy')).filter((id) => /Task/.test(id));
  expect([roles.length, policies.length]).toEqual([2, 2]);
  expect(dependencies).toEqual(expect.arrayContaining([...roles, ...policies]));
});

test('a log that CloudWatch does not accept never stops the connector', () => {
  const { Options } = containerOf(connector(folderOfTest())).LogConfiguration as { Options: Json };
  expect(Options).toMatchObject({ mode: 'non-blocking', 'max-buffer-size': '8388608b' });
});

test('Container Insights is off unless it is asked for', () => {
  const settings = (more: Partial<ConnectorServiceProps>) =>
    only(connector(folderOfTest(), more), 'AWS::ECS::Cluster').ClusterSettings;
  expect(settings({})).toEqual([{ Name: 'containerInsights', Value: 'disabled' }]);
  expect(settings({ containerInsights: true })).toEqual([{ Name: 'containerInsights', Value: 'enabled' }]);
});

/** A connector in an account with a key of its own. */
function keyed(): Template {
  const stack = new Stack(new App({ outdir: folderOfTest() }), 'Keyed');
  const { key } = new CallDataKey(stack, 'Key');
  new ConnectorService(stack, 'Connector', {
    vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false }) as IVpc,
    bus: new EventBus(stack, 'Bus') as IEventBus,
    nodes: [new NodeUser(stack, 'User', { node: NODE, username: 'connector' })],
    encryptionKey: key,
  });
  return Template.fromStack(stack);
}

test('the account’s own key encrypts the task’s disk too, where the journal is', () => {
  const template = keyed();
  expect(only(template, 'AWS::ECS::Cluster').Configuration).toEqual({
    ManagedStorageConfiguration: {
      FargateEphemeralStorageKmsKeyId: { 'Fn::GetAtt': [idOf(template, 'AWS::KMS::Key'), 'Arn'] },
    },
  });
});

test('the account’s own key encrypts the table too, and the connector may use it', () => {
  const template = keyed();
  const arn = { 'Fn::GetAtt': [idOf(template, 'AWS::KMS::Key'), 'Arn'] };
  expect(only(template, 'AWS::DynamoDB::Table').SSESpecification).toEqual({
    SSEEnabled: true,
    SSEType: 'KMS',
    KMSMasterKeyId: arn,
  });
});

test.each([
  { memoryLimitMiB: undefined, heapMib: 307 },
  { memoryLimitMiB: 2048, heapMib: 1228 },
])('the heap of a task with $memoryLimitMiB MiB has $heapMib MiB', ({ memoryLimitMiB, heapMib }) => {
  const template = connector(folderOfTest(), memoryLimitMiB === undefined ? {} : { memoryLimitMiB });
  const variables = containerOf(template).Environment as { Name: string; Value: string }[];
  const options = variables.find(({ Name }) => Name === 'NODE_OPTIONS')?.Value ?? '';
  const { stdout } = spawnSync(
    process.execPath,
    ['--print', 'v8.getHeapStatistics().heap_size_limit / 2 ** 20 - 3 * 8'],
    { env: { NODE_OPTIONS: options }, encoding: 'utf8' },
  );
  expect(Number(stdout)).toBe(heapMib);
});

test('with two connector services on one bus, the bus names the publishers', () => {
  const template = connector(folderOfTest(), { solePublisher: false });
  template.resourceCountIs('AWS::Events::EventBusPolicy', 0);
});

test('each variable that the connector reads is set by a prop, or by the construct itself', () => {
  const eventFilter = [{ 'detail-type': ['StasisStart'] }];
  const template = connector(folderOfTest(), {
    drain: Duration.seconds(60),
    eventFilter,
    healthPort: 8081,
    journalMaxBytes: 2 ** 31,
    memoryMaxBytes: 2 ** 26,
    metricsInterval: Duration.seconds(10),
    metricsNamespace: 'AriEventBridge-staging',
    putEventsConcurrency: 4,
    putEventsMaxBytes: 500_000,
  });
  const { given, asked, config } = configured(template);
  // The variable for the nodes themselves is an alternative to the file.
  // NEW_BUS is for local mode.
  expect(given).toEqual(asked.filter((name) => name !== 'ARI_NODES' && name !== 'NEW_BUS'));
  expect(config).toMatchObject({
    drainSeconds: 60,
    healthPort: 8081,
    journalMaxBytes: 2 ** 31,
    memoryMaxBytes: 2 ** 26,
    metricsIntervalSeconds: 10,
    metricsNamespace: 'AriEventBridge-staging',
    putEventsConcurrency: 4,
    putEventsMaxBytes: 500_000,
  });
  const environment = containerOf(template).Environment;
  expect(environment).toContainEqual({ Name: 'EVENT_FILTER', Value: JSON.stringify(eventFilter) });
  const { Command } = containerOf(template).HealthCheck as { Command: string[] };
  expect(Command.at(-1)).toContain('http://127.0.0.1:8081/healthz');
});

test('a filter that looks for a field that no event is known to have is a warning', () => {
  const eventFilter = [{ detail: { channel: { nam: ['PJSIP/100'] } } }, { detail: { application: ['Intro-IVR'] } }];
  const stack = new Stack(new App({ outdir: folderOfTest() }), 'Test');
  new ConnectorService(stack, 'Connector', {
    vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false }) as IVpc,
    bus: new EventBus(stack, 'Bus') as IEventBus,
    nodes: [new NodeUser(stack, 'User', { node: NODE, username: 'connector' })],
    image: ContainerImage.fromRegistry('connector'),
    eventFilter,
  });
  const [warning, ...more] = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('eventFilter'));
  expect(more).toEqual([]);
  expect(warning?.entry.data).toContain('no event of Asterisk is known to have the field "detail.channel.nam"');
});

test('what is not set is left to the connector’s own defaults', () => {
  const { config } = configured(connector(folderOfTest()));
  const own = {
    ARI_NODES: JSON.stringify([{ ...NODE, secretId: 's' }]),
    EVENT_BUS_NAME: 'bus',
    AWS_REGION: 'eu-west-1',
  };
  const { filter: _, ...defaults } = readConfig(own);
  const queue = 'https://sqs.example.com/q';
  expect(config).toMatchObject({
    ...defaults,
    deadLetterQueueUrl: queue,
    leftoverQueueUrl: queue,
    stateTableName: 'connectors',
  });
});
