import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MORE_WAYS, type Synthesized, synthesizeApp } from '../../support/synth.ts';

/** Limits of CloudFormation for one template. */
const LIMITS = { resources: 500, outputs: 200, bytes: 1_000_000 };

const all = new Map<string, Synthesized>();
for (const [way, context] of Object.entries(MORE_WAYS)) {
  beforeAll(async () => void all.set(way, await synthesizeApp(context)), 120_000);
}
afterAll(() => {
  for (const synthesized of all.values()) synthesized.remove();
});
const app = (way: string): Synthesized => all.get(way) ?? expect.fail(`there is no way ${way}`);

describe.each(Object.keys(MORE_WAYS))('the app, with %s,', (way) => {
  test('is without findings of cdk-nag and of CDK’s own validation', () => {
    expect(app(way).findings).toEqual([]);
  });

  test('is within the limits of CloudFormation', () => {
    for (const [name, template] of app(way).templates) {
      const { Resources = {}, Outputs = {} } = template as { Resources?: object; Outputs?: object };
      const bytes = statSync(join(app(way).folder, `${name}.template.json`)).size;
      console.log(`${way}: ${name} has ${Object.keys(Resources).length} resources, ${bytes} bytes`);
      expect(Object.keys(Resources).length).toBeLessThan(LIMITS.resources);
      expect(Object.keys(Outputs).length).toBeLessThan(LIMITS.outputs);
      expect(bytes).toBeLessThan(LIMITS.bytes);
    }
  });
});

describe('nodes with secrets of their own', () => {
  const nodes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `pbx-${index + 1}`,
      url: `https://pbx-${index + 1}.example.com:8089/ari`,
      apps: ['Intro-IVR', 'Super-Conference', 'Voicemail'],
    }));

  test('may be 350, whose secrets a role reads by at most ten managed policies, as IAM allows', async () => {
    const many = await synthesizeApp({ nodes: nodes(350) });
    const ofRoles = new Map<string, number>();
    for (const [, { Properties }] of many.resources('AWS::IAM::ManagedPolicy')) {
      const role = JSON.stringify(Properties.Roles);
      ofRoles.set(role, (ofRoles.get(role) ?? 0) + 1);
    }
    many.remove();
    expect(ofRoles.size).toBeGreaterThan(3);
    expect(Math.max(...ofRoles.values())).toBeLessThanOrEqual(10);
  }, 120_000);

  test('are refused where a stack would have more than 500 resources, with their number', async () => {
    await expect(synthesizeApp({ nodes: nodes(450) })).rejects.toThrow(
      /Number of resources in stack 'AriEventBridge': 5\d\d is greater than allowed maximum of 500/,
    );
  }, 120_000);
});

/** Names that are unique in an account and region, of all resources of the app. */
function namesOf(way: string): string[] {
  const named = ['Name', 'SecretName', 'LogGroupName', 'RegistryName', 'TopicName', 'QueueName', 'FunctionName'];
  const types =
    /^AWS::(SecretsManager::Secret|Logs::|EventSchemas::Registry|SQS::Queue$|Lambda::Function$|SNS::Topic$)/;
  return [...app(way).templates].flatMap(([stack, { Resources = {} }]) => [
    stack,
    ...Object.values(Resources)
      .filter(({ Type }) => types.test(Type))
      .flatMap(({ Type, Properties = {} }) =>
        named.flatMap((key) => (Properties[key] ? `${Type} ${Properties[key]}` : [])),
      ),
  ]);
}

test('two stages share no name, so that an account can have both', () => {
  const [one, other] = [namesOf('a stage'), namesOf('another stage')];
  expect(one.length).toBeGreaterThan(6);
  expect(one.filter((name) => other.includes(name))).toEqual([]);
});

test('a published image needs no Docker, and the task may read it from the account’s registry', () => {
  const published = app('a published image');
  expect(published.read<{ dockerImages: object }>('AriEventBridgeConnector.assets.json').dockerImages).toEqual({});
  const statements = published.statements('AriEventBridgeConnector');
  expect(statements.some(({ Action }) => Action.includes('ecr:BatchGetImage'))).toBe(true);
});

test('where everything exists, nothing of it is made', () => {
  const made = [...app('existing everything').templates.values()].flatMap(({ Resources = {} }) =>
    Object.values(Resources).map(({ Type }) => Type),
  );
  for (const type of ['Events::EventBus', 'KMS::Key', 'SecretsManager::Secret', 'SNS::Topic', 'EC2::VPC']) {
    expect(made).not.toContain(`AWS::${type}`);
  }
});

test('tags are on the resources of every stack', () => {
  for (const [, { Properties }] of app('a stage').resources('AWS::SQS::Queue')) {
    expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'telephony' });
  }
  expect(app('a stage').one('AWS::ECS::Service').Properties.PropagateTags).toBe('SERVICE');
});

test('passwords outlive their stack, and are not left by a first deployment that fails', () => {
  for (const [, secret] of app('a stage').resources('AWS::SecretsManager::Secret')) {
    expect(secret).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  }
  for (const [, group] of app('a stage').resources('AWS::Logs::LogGroup')) {
    expect(group).toMatchObject({ DeletionPolicy: 'Delete' });
  }
});

test('data outlives its stack where that is asked for', () => {
  const way = 'alarms by e-mail, data retained, reserved concurrency';
  for (const type of [
    'AWS::Logs::LogGroup',
    'AWS::SQS::Queue',
    'AWS::Events::Archive',
    'AWS::SecretsManager::Secret',
  ]) {
    const found = app(way).resources(type);
    expect(found.length).toBeGreaterThan(0);
    for (const [, resource] of found) expect(resource).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate' });
  }
});
