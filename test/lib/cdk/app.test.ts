import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as introIvr } from '../../../functions/intro-ivr/index.ts';
import { handler as superConference } from '../../../functions/super-conference/index.ts';
import { type CloudAssembly, readCloudAssembly, type TemplateResource } from '../../../lib/local/cloud-assembly.ts';
import { readDeployment } from '../../../lib/local/deployment.ts';
import { synthesize } from '../../../lib/local/synth.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NODES = [
  { name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Intro-IVR'] },
  { name: 'pbx-2', url: 'https://pbx-2.example.com:8089/ari', apps: ['Intro-IVR'] },
];

let folder: string;
let assembly: CloudAssembly;

beforeAll(async () => {
  folder = await synthesize(ROOT, NODES);
  assembly = await readCloudAssembly(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Json = Record<string, unknown>;

function resourcesOf(stack: string, type: string): [string, TemplateResource & { Properties: Json }][] {
  const all = Object.entries(assembly.templates.get(stack)?.Resources ?? {});
  return all.filter(([, resource]) => resource.Type === type) as ReturnType<typeof resourcesOf>;
}

/** What a role may do: actions, and on what. */
function statementsOf(stack: string): { Action: string | string[]; Resource: unknown }[] {
  return resourcesOf(stack, 'AWS::IAM::Policy').flatMap(
    ([, { Properties }]) =>
      (Properties.PolicyDocument as { Statement: { Action: string; Resource: unknown }[] }).Statement,
  );
}

describe('the deployed app', () => {
  test('has a secret for each of the two users of a node, made up by Secrets Manager', () => {
    const secrets = resourcesOf('AriEventBridge', 'AWS::SecretsManager::Secret').map(
      ([, { Properties }]) => Properties,
    );
    expect(secrets).toHaveLength(4);
    for (const secret of secrets) {
      expect(secret).not.toHaveProperty('SecretString');
      expect(secret.GenerateSecretString).toMatchObject({ GenerateStringKey: 'password', PasswordLength: 32 });
    }
    const templates = secrets.map((s) => (s.GenerateSecretString as Json).SecretStringTemplate);
    expect(templates.toSorted()).toEqual([
      ...Array(2).fill('{"username":"connector"}'),
      ...Array(2).fill('{"username":"handlers"}'),
    ]);
  });

  test('lets handlers read the handlers’ secrets only, and the connector the connector’s', () => {
    const readable = (stack: string): string =>
      JSON.stringify(statementsOf(stack).filter(({ Action }) => JSON.stringify(Action).includes('secretsmanager')));
    expect(readable('AriEventBridge')).toContain('HandlersUser');
    expect(readable('AriEventBridge')).not.toContain('ConnectorUser');
    expect(readable('AriEventBridgeConnector')).toContain('ConnectorUser');
    expect(readable('AriEventBridgeConnector')).not.toContain('HandlersUser');
  });

  test('grants nothing on everything but the log-in to the image registry, which knows no resource', () => {
    const wide = ['AriEventBridge', 'AriEventBridgeConnector']
      .flatMap(statementsOf)
      .filter(({ Resource }) => Resource === '*');
    expect(wide.map(({ Action }) => Action)).toEqual(['ecr:GetAuthorizationToken']);
  });

  test.each([
    ['IntroIvr', 'Intro-IVR', introIvr],
    ['SuperConference', 'Super-Conference', superConference],
  ])('routes to %s the events of %s that it has functions for, and no others', (id, application, handler) => {
    const rule = resourcesOf('AriEventBridge', 'AWS::Events::Rule').find(([name]) => name.startsWith(id));
    expect(rule?.[1].Properties.EventPattern).toEqual({
      source: ['asterisk.ari'],
      'detail-type': handler.eventTypes,
      detail: { application: [application] },
    });
  });

  test('keeps what could not be delivered, and what a function failed on', () => {
    for (const [, { Properties }] of resourcesOf('AriEventBridge', 'AWS::Events::Rule')) {
      for (const target of Properties.Targets as Json[]) expect(target.DeadLetterConfig).toBeDefined();
    }
    const configs = resourcesOf('AriEventBridge', 'AWS::Lambda::EventInvokeConfig');
    expect(configs).toHaveLength(2);
    for (const [, { Properties }] of configs) expect(Properties.DestinationConfig).toHaveProperty('OnFailure');
  });

  test('runs the connector with a read-only root, no open port, and two tasks overlapping in a deploy', () => {
    const [[, task] = []] = resourcesOf('AriEventBridgeConnector', 'AWS::ECS::TaskDefinition');
    const [container] = (task?.Properties.ContainerDefinitions ?? []) as Json[];
    expect(container).toMatchObject({
      ReadonlyRootFilesystem: true,
      RestartPolicy: { Enabled: true },
      StopTimeout: 30,
    });
    expect(container).not.toHaveProperty('PortMappings');
    const [[, group] = []] = resourcesOf('AriEventBridgeConnector', 'AWS::EC2::SecurityGroup');
    expect(group?.Properties).not.toHaveProperty('SecurityGroupIngress');
    const [[, service] = []] = resourcesOf('AriEventBridgeConnector', 'AWS::ECS::Service');
    expect(service?.Properties.DeploymentConfiguration).toMatchObject({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
  });

  test('leaves the handlers’ stack without a container image: it deploys where no Docker is', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'AriEventBridge.assets.json'), 'utf8'));
    expect(manifest.dockerImages).toEqual({});
  });

  test('ships handlers of a few kilobytes, without the AWS SDK', () => {
    const bundles = readDeployment(assembly).functions.map(({ code }) => readFileSync(join(code, 'index.mjs'), 'utf8'));
    expect(bundles).toHaveLength(2);
    for (const bundle of bundles) {
      expect(bundle.length).toBeLessThan(60 * 1024);
      // Loaded when the first secret is needed, from Lambda's runtime.
      expect(bundle).toMatch(/import\("@aws-sdk\/client-secrets-manager"\)/);
      expect(bundle).not.toMatch(/^import[^;]*"@aws-sdk/m);
    }
  });
});

test('nodes that cannot be used are refused with every fault', async () => {
  const broken = [{ name: 'pbx 1', url: 'http://pbx.example.com/ari', apps: [] }];
  const refused = await synthesize(ROOT, broken).catch((error: Error) => error.message);
  expect(refused).toContain('The context key `nodes` (cdk.json) cannot be used:');
  expect(refused).toContain('expected `name` of 1 to 64 letters');
  expect(refused).toContain('would send passwords in the clear');
  expect(refused).toContain('expected `apps` to list at least one Stasis application');
}, 60_000);
