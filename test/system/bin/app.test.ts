import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as introIvr } from '../../../functions/intro-ivr/index.ts';
import { handler as superConference } from '../../../functions/super-conference/index.ts';
import { handler as voicemail } from '../../../functions/voicemail/index.ts';
import { userSecretId } from '../../../lib/ari/node.ts';
import { readCloudAssembly } from '../../../lib/local/template/cloud-assembly.ts';
import { readDeployment } from '../../../lib/local/template/read-deployment.ts';
import { CALL_BEGINS, importHandler, UNREACHABLE } from '../../support/handler-import.ts';
import { type Json, type Synthesized, synthesizeApp, WAYS } from '../../support/synth.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HANDLERS = readFileSync(join(ROOT, 'bin/app.ts'), 'utf8').split('new CallHandler(').length - 1;
const CALLS = 'AriEventBridge';
const CONNECTOR = 'AriEventBridgeConnector';

/** The app deployed in every way, by the way's name. */
const all = new Map<string, Synthesized>();
const app = (way = 'default'): Synthesized => all.get(way) ?? expect.fail(`there is no way ${way}`);

// One after the other, each with its own time: it takes both cores of a small machine.
for (const [way, context] of Object.entries(WAYS)) {
  beforeAll(async () => void all.set(way, await synthesizeApp(context)), 120_000);
}
afterAll(() => {
  for (const synthesized of all.values()) synthesized.remove();
});

describe.each(Object.keys(WAYS))('the app, %s,', (way) => {
  test('is without findings of cdk-nag and of CDK’s own validation', () => {
    expect(app(way).findings).toEqual([]);
  });

  test('allows no action on all resources, except actions that support no resources', () => {
    const wide = app(way)
      .statements()
      .filter(({ Resource }) => Resource.includes('*'))
      .flatMap(({ Action }) => Action);
    const inVpc = app(way)
      .resources('AWS::Lambda::Function')
      .some(([, { Properties }]) => Properties.VpcConfig);
    const interfaces = /^ec2:\w+(NetworkInterfaces?|Subnets|PrivateIpAddresses)$/;
    for (const action of wide) {
      const known = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'ecr:GetAuthorizationToken'].includes(action);
      expect(known || (inVpc && interfaces.test(action)), action).toBe(true);
    }
  });

  test('allows actions only by their full names', () => {
    const actions = app(way)
      .statements()
      .flatMap(({ Action }) => Action);
    const families = new Set(actions.filter((action) => action.includes('*')));
    for (const family of families) expect(['kms:GenerateDataKey*', 'kms:ReEncrypt*']).toContain(family);
    if (way !== 'customer-managed key') expect([...families]).toEqual([]);
    expect(
      app(way)
        .resources('AWS::IAM::Role')
        .filter(([, { Properties }]) => Properties.ManagedPolicyArns),
    ).toEqual([]);
  });

  test('has no secret in its templates: passwords are generated in the account', () => {
    for (const [, { Properties }] of app(way).resources('AWS::SecretsManager::Secret')) {
      expect(Properties).not.toHaveProperty('SecretString');
      expect(Properties).toHaveProperty('GenerateSecretString.GenerateStringKey', 'password');
    }
    for (const template of app(way).templates.values()) {
      expect(JSON.stringify(template)).not.toMatch(/"password\W+:|api_key|resolve:secretsmanager|:\/\/[^/"]*:[^/"]*@/i);
    }
  });

  test('leaves the handlers’ stack without a container image, so it deploys without Docker', () => {
    expect(app(way).read<Json>(`${CALLS}.assets.json`).dockerImages).toEqual({});
  });

  test('keeps events that no handler could handle in a queue that accepts only encrypted connections', () => {
    const targets = app(way)
      .resources('AWS::Events::Rule')
      .flatMap(([, { Properties }]) => Properties.Targets as Json[]);
    expect(targets).toHaveLength(HANDLERS);
    for (const target of targets) expect(target).toHaveProperty('DeadLetterConfig.Arn');
    const configs = app(way).resources('AWS::Lambda::EventInvokeConfig');
    expect(configs).toHaveLength(HANDLERS);
    for (const [, { Properties }] of configs) expect(Properties).toHaveProperty('DestinationConfig.OnFailure');
    const queues = app(way)
      .resources('AWS::SQS::Queue')
      .map(([id]) => id);
    const policies = JSON.stringify(app(way).resources('AWS::SQS::QueuePolicy'));
    for (const queue of queues) expect(policies).toContain(`"Queues":[{"Ref":"${queue}"}]`);
    expect(policies.match(/"aws:SecureTransport":"false"/g)).toHaveLength(queues.length);
  });

  test('sets a retention for every log', () => {
    const groups = app(way).resources('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(HANDLERS);
    for (const [id, { Properties }] of groups) expect(Properties.RetentionInDays, id).toBe(30);
  });

  test('denies every role but one to put events as Asterisk', () => {
    const { Statement } = app(way).one('AWS::Events::EventBusPolicy').Properties as { Statement: Json };
    expect(Statement).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'events:PutEvents' });
    const roles = (Statement.Condition as { ArnNotEquals: { 'aws:PrincipalArn': unknown[] } }).ArnNotEquals;
    expect(roles['aws:PrincipalArn']).toHaveLength(1);
  });
});

describe('the app', () => {
  test.each([
    ['IntroIvr', 'Intro-IVR', introIvr],
    ['SuperConference', 'Super-Conference', superConference],
    ['Voicemail', 'Voicemail', voicemail],
  ])('routes to %s the events of %s that it has functions for, and no others', (id, application, handler) => {
    const rule = app()
      .resources('AWS::Events::Rule')
      .find(([name]) => name.startsWith(id));
    expect(rule?.[1].Properties.EventPattern).toEqual({
      source: ['asterisk.ari'],
      'detail-type': handler.eventTypes,
      detail: { application: [application] },
    });
  });

  test('has two users for each node, and lets handlers read theirs only, and the connector its own', () => {
    const three = app('three nodes');
    const usernames = (stack: string) =>
      three
        .resources('AWS::SecretsManager::Secret', stack)
        .map(([, { Properties }]) => (Properties.GenerateSecretString as Json).SecretStringTemplate);
    expect(usernames(CALLS)).toEqual(Array(3).fill('{"username":"handlers"}'));
    expect(usernames(CONNECTOR)).toEqual(Array(3).fill('{"username":"connector"}'));
    const readable = (stack: string): string =>
      JSON.stringify(three.statements(stack).filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue')));
    expect(readable(CALLS)).toContain('HandlersUser');
    expect(readable(CALLS)).not.toContain('ConnectorUser');
    expect(readable(CONNECTOR)).toContain('ConnectorUser');
    expect(readable(CONNECTOR)).not.toContain('HandlersUser');
  });

  test('gives handlers neither the bus nor the connector’s secrets: an attacker in a handler cannot forge events', () => {
    const actions = app()
      .statements(CALLS)
      .flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /^(events|iam|lambda|ecs|sts):/.test(action))).toEqual([]);
  });

  test('runs handlers in an existing VPC, and in none where their addresses may change', () => {
    const subnets = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
    for (const [, { Properties }] of app('existing VPC').resources('AWS::Lambda::Function')) {
      expect(Properties).toHaveProperty('VpcConfig.SubnetIds', subnets);
    }
    for (const [, { Properties }] of app('changing addresses').resources('AWS::Lambda::Function')) {
      expect(Properties).not.toHaveProperty('VpcConfig');
    }
    const { NetworkConfiguration } = app('existing VPC').one('AWS::ECS::Service').Properties;
    expect(NetworkConfiguration).toMatchObject({
      AwsvpcConfiguration: { AssignPublicIp: 'DISABLED', Subnets: subnets },
    });
    expect(app('existing VPC').resources('AWS::EC2::VPC')).toEqual([]);
    // Its resolvers can be asked by all of them, and by nothing where Amazon resolves names.
    for (const [, { Properties }] of app('existing VPC').resources('AWS::EC2::SecurityGroup')) {
      expect(Properties.SecurityGroupEgress).toContainEqual(
        expect.objectContaining({ CidrIp: '10.0.0.53/32', FromPort: 53 }),
      );
    }
    expect(JSON.stringify(app().resources('AWS::EC2::SecurityGroup'))).not.toContain('"FromPort":53');
  });

  test('lets the connector and the handlers leave by one fixed address, an output, unless cdk.json asks for changing ones', () => {
    const addresses = (way: string) => app(way).resources('AWS::EC2::EIP').length;
    expect([addresses('default'), addresses('changing addresses')]).toEqual([1, 0]);
    for (const [, { Properties }] of app().resources('AWS::Lambda::Function')) {
      expect(Properties).toHaveProperty('VpcConfig');
    }
    const { Outputs = {} } = app().templates.get(CALLS) as { Outputs?: object };
    expect(Object.keys(Outputs).filter((name) => name.includes('EgressAddress'))).toHaveLength(1);
  });

  test('sends alarms to the topic that it is given', () => {
    const alarms = app('existing VPC').resources('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(10);
    for (const [, { Properties }] of alarms) {
      expect(Properties.AlarmActions).toEqual(['arn:aws:sns:eu-west-1:123456789012:pbx-alarms']);
    }
  });

  test('encrypts call data and credentials with the account’s own key, where configured', () => {
    const mine = app('customer-managed key');
    const types: [string, string][] = [
      ['AWS::Events::EventBus', 'KmsKeyIdentifier'],
      ['AWS::Events::Archive', 'KmsKeyIdentifier'],
      ['AWS::SecretsManager::Secret', 'KmsKeyId'],
      ['AWS::SQS::Queue', 'KmsMasterKeyId'],
      ['AWS::Logs::LogGroup', 'KmsKeyId'],
      ['AWS::Lambda::Function', 'KmsKeyArn'],
    ];
    for (const [type, property] of types) {
      const found = mine.resources(type);
      expect(found.length).toBeGreaterThan(0);
      for (const [id, { Properties }] of found)
        expect(JSON.stringify(Properties[property] ?? id)).toMatch(/:\[?"[^"]*Key[0-9A-F]{8}/);
    }
  });

  test('without the connector has no network, and names the role of the external connector', () => {
    const without = app('no connector');
    expect([...without.templates.keys()]).toEqual([CALLS, 'AriEventBridgeSchemas']);
    expect(without.resources('AWS::EC2::VPC')).toEqual([]);
    expect(JSON.stringify(without.one('AWS::Events::EventBusPolicy'))).toContain('role/connector-on-premises');
  });

  test('publishes the events’ schemas in a separate stack', () => {
    expect(app().resources('AWS::EventSchemas::Schema', 'AriEventBridgeSchemas').length).toBeGreaterThan(45);
  });

  test('ships every handler as at most 64 KB that load no package, before the first secret is needed', async () => {
    const { functions } = readDeployment(await readCloudAssembly(app().folder));
    const handlers = functions.filter(({ title }) => title !== 'Doctor');
    const bundles = handlers.map(({ code }) => join(code, 'index.mjs'));
    expect(bundles).toHaveLength(HANDLERS);
    for (const bundle of bundles) {
      expect(statSync(bundle).size).toBeLessThanOrEqual(64 * 1024);
      const { packages, packagesOfFirstEvent } = await importHandler(
        pathToFileURL(bundle).href,
        CALL_BEGINS,
        UNREACHABLE,
      );
      expect(packages).toEqual([]);
      expect(packagesOfFirstEvent).toContain('@aws-sdk/client-secrets-manager');
    }
  });
});

test('the command line finds the secrets by their names', () => {
  const names = app('three nodes')
    .resources('AWS::SecretsManager::Secret')
    .map(([, { Properties }]) => Properties.Name);
  const users = ['pbx-1', 'pbx-2', 'pbx-3'].flatMap((name) => [
    userSecretId({ name }, 'connector'),
    userSecretId({ name }, 'handlers'),
  ]);
  expect(names.toSorted()).toEqual(users);
});

test('Asterisk’s own options are not in the configuration of functions and connector', () => {
  expect(JSON.stringify([...app().templates.values()])).not.toContain('fallback');
});

test('an invalid context is refused with all faults in one message', async () => {
  const nodes = [{ name: 'pbx 1', url: 'http://pbx.example.com/ari', apps: [] }];
  const refused = await synthesizeApp({ nodes, asteriskNetwork: 'near' }).catch((error: Error) => error.message);
  expect(refused).toMatch(/^The context \(cdk\.json\) is invalid:\n( {2}- .*\n)+$/);
  expect(refused).toContain('`nodes`: node "pbx 1": expected `name` of 1 to 64 letters');
  expect(refused).toContain('would send passwords unencrypted');
  expect(refused).toContain('expected `apps` to list at least one Stasis application');
  expect(refused).toContain('`asteriskNetwork`: expected "fixed" or "private" or "open", got "near"');
}, 60_000);
