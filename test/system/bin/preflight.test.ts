import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Finding } from '../../../lib/preflight/finding.ts';
import { runCommand } from '../../support/command.ts';
import { READY, type Readable, readableAccount } from '../../support/readable-account.ts';
import { folderOfTest } from '../../support/temporary-folder.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Intro-IVR'] };
const SECRET = 'ari-eventbridge/pbx-1/handlers';
const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:theirs-a1b2c3';
const DEPLOYED = { status: 'UPDATE_COMPLETE' };

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hidden');
  vi.stubEnv('CDK_DOCKER', program('docker', 'echo 27.0'));
  vi.stubEnv('PATH', `${join(program('node', 'echo v24.1.0'), '..')}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** A program that a test has in place of an installed one. */
function program(name: string, script: string): string {
  const path = join(folderOfTest(), name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A folder with cdk.json and three handlers. */
function appWith(context: object): string {
  const root = folderOfTest();
  writeFileSync(join(root, 'cdk.json'), JSON.stringify({ context: { nodes: [NODE], ...context } }));
  for (const name of ['one', 'two', 'three']) mkdirSync(join(root, 'functions', name), { recursive: true });
  return root;
}

async function examine(given: Partial<Readable> = {}, context: object = {}) {
  const account = await readableAccount(given);
  vi.stubEnv('AWS_ENDPOINT_URL', account.url);
  const { exitCode, said } = await runCommand(['preflight', '--json'], appWith(context));
  const { findings } = JSON.parse(said) as { findings: Finding[] };
  return { exitCode, findings, asked: account.asked };
}

test('an account that is ready has no findings but good ones, and the exit code 0', async () => {
  const { exitCode, findings } = await examine();
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    ...['node', 'image', 'account', 'bootstrap', 'stacks', 'concurrency', 'ecs-role', 'log-policies'],
    ...['network', 'network', 'registry', 'secrets'],
  ]);
  expect(exitCode).toBe(0);
});

test('it only reads, and signs each request for its service', async () => {
  const { asked } = await examine();
  for (const { operation } of asked) expect(operation).toMatch(/^(Get|Describe)[A-Z]/);
  const services = new Map(asked.map(({ service, operation }) => [operation, service]));
  expect(Object.fromEntries(services)).toEqual({
    GetCallerIdentity: 'sts',
    DescribeStacks: 'cloudformation',
    GetAccountSettings: 'lambda',
    GetRole: 'iam',
    DescribeResourcePolicies: 'logs',
    DescribeAddresses: 'ec2',
    DescribeVpcs: 'ec2',
    GetServiceQuota: 'servicequotas',
    DescribeRegistry: 'schemas',
    DescribeSecret: 'secretsmanager',
  });
});

describe('what would make a deployment fail is an error with the command that mends it', () => {
  const policies = Array.from({ length: 10 }, (_, index) => `policy-${index}`);
  test.each<[string, string, Partial<Readable>, object, RegExp, string]>([
    [
      'no bootstrap',
      'bootstrap',
      { stacks: {} },
      {},
      /not bootstrapped/,
      'npx cdk bootstrap aws://123456789012/eu-west-1',
    ],
    [
      'an old bootstrap',
      'bootstrap',
      { stacks: { CDKToolkit: { status: 'CREATE_COMPLETE', outputs: { BootstrapVersion: '4' } } } },
      {},
      /version 4, expected 6 or more/,
      'npx cdk bootstrap',
    ],
    [
      'a stack whose first deployment failed',
      'stacks',
      { stacks: { ...READY.stacks, AriEventBridge: { status: 'ROLLBACK_COMPLETE' } } },
      {},
      /AriEventBridge is ROLLBACK_COMPLETE/,
      'aws cloudformation delete-stack --stack-name AriEventBridge',
    ],
    [
      'a rollback that failed',
      'stacks',
      { stacks: { ...READY.stacks, AriEventBridgeConnector: { status: 'UPDATE_ROLLBACK_FAILED' } } },
      {},
      /has to be continued first/,
      'aws cloudformation continue-update-rollback --stack-name AriEventBridgeConnector',
    ],
    [
      'concurrency that a new account does not have',
      'concurrency',
      { concurrency: { quota: 10, unreserved: 10 } },
      { handlerConcurrency: 20 },
      /reserve 60 of Lambda's concurrency, and AWS keeps 10 of the 10/,
      'handlerConcurrency": "unreserved"',
    ],
    [
      'concurrency that other functions have reserved',
      'concurrency',
      { concurrency: { quota: 1000, unreserved: 150 } },
      { handlerConcurrency: 20 },
      /reserve 60 .* AWS keeps 100 of the 150/,
      '--quota-code L-B99A9384',
    ],
    [
      'an account that has never used ECS',
      'ecs-role',
      { roles: [] },
      {},
      /has never used ECS/,
      'aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com',
    ],
    [
      'ten log policies',
      'log-policies',
      { logPolicies: policies },
      {},
      /all 10 resource policies/,
      'delete-resource-policy',
    ],
    ['no free address', 'network', { addresses: 5 }, {}, /all 5 Elastic IP addresses/, '--quota-code L-0263D0A3'],
    ['no free VPC', 'network', { vpcs: 5 }, { asteriskNetwork: 'open' }, /all 5 VPCs/, '--quota-code L-F678F1CE'],
    [
      'a registry of that name',
      'registry',
      { registries: ['ari-eventbridge'] },
      {},
      /the schema registry ari-eventbridge exists already/,
      'aws schemas delete-registry --registry-name ari-eventbridge',
    ],
    [
      'a secret in its recovery window',
      'secrets',
      { secrets: { [SECRET]: { deleted: true, stack: 'AriEventBridge' } } },
      {},
      /in its recovery window/,
      `aws secretsmanager restore-secret --secret-id ${SECRET}`,
    ],
    [
      'a secret that an earlier deployment left',
      'secrets',
      { secrets: { [SECRET]: {} } },
      {},
      /exists already, of no stack/,
      'name its ARN in `secrets` of the node',
    ],
    [
      'a secret that a destroyed stack, or a removed node, left',
      'secrets',
      { secrets: { [SECRET]: { stack: 'AriEventBridge', retained: true } } },
      {},
      /was retained when AriEventBridge was deleted, or its node was removed/,
      `aws secretsmanager delete-secret --secret-id ${SECRET} --force-delete-without-recovery`,
    ],
    [
      'a secret of another deployment',
      'secrets',
      { secrets: { [SECRET]: { stack: 'Theirs' } } },
      {},
      /exists already, of the stack Theirs/,
      '`stage`',
    ],
    [
      'a secret that cdk.json names and does not exist',
      'secrets',
      {},
      { nodes: [{ ...NODE, secrets: { handlers: ARN } }] },
      /theirs-a1b2c3, which cdk\.json names, does not exist/,
      'correct `secrets`',
    ],
  ])('%s', async (_, check, given, context, says, mend) => {
    const { exitCode, findings } = await examine(given, context);
    const errors = findings.filter(({ verdict }) => verdict === 'error');
    expect(errors.map((finding) => finding.check)).toEqual([check]);
    expect(errors[0]?.says).toMatch(says);
    expect(errors[0]?.mend).toContain(mend);
    expect(exitCode).toBe(2);
  });

  test('a region without a schema registry, unless no schemas are published', async () => {
    vi.stubEnv('AWS_REGION', 'ca-west-1');
    const { exitCode, findings } = await examine();
    const [finding] = findings.filter(({ check }) => check === 'registry');
    expect(finding).toMatchObject({ verdict: 'error', mend: '"schemas": false in cdk.json' });
    expect(finding?.says).toContain('ca-west-1 has no schema registry');
    expect(exitCode).toBe(2);
    const { findings: others } = await examine({}, { schemas: false });
    expect(others.filter(({ check }) => check === 'registry')).toEqual([]);
  });

  test('no Docker, unless the image is published or the connector runs elsewhere', async () => {
    vi.stubEnv('CDK_DOCKER', program('docker', 'exit 1'));
    const image = async (context: object) =>
      (await examine({}, context)).findings.find(({ check }) => check === 'image');
    expect(await image({})).toMatchObject({ verdict: 'error', mend: expect.stringContaining('connectorImage') });
    expect(await image({ connectorImage: 'ghcr.io/example/connector:1' })).toMatchObject({ verdict: 'ok' });
    expect(await image({ connector: false })).toMatchObject({ verdict: 'ok' });
  });

  test('a Node that does not run the app', async () => {
    vi.stubEnv('PATH', `${join(program('node', 'echo v20.11.0'), '..')}:${process.env.PATH}`);
    const { findings } = await examine();
    expect(findings[0]).toMatchObject({
      check: 'node',
      verdict: 'error',
      says: 'expected Node 24 or newer, found v20.11.0',
    });
  });
});

describe('what is right for a deployment that exists is no finding', () => {
  const stacks = {
    ...READY.stacks,
    AriEventBridge: DEPLOYED,
    AriEventBridgeConnector: DEPLOYED,
    AriEventBridgeSchemas: DEPLOYED,
  };
  test.each<[string, Partial<Readable>, object]>([
    [
      'its own secrets and registry',
      { registries: ['ari-eventbridge'], secrets: { [SECRET]: { stack: 'AriEventBridge' } } },
      {},
    ],
    [
      'concurrency that it has reserved itself',
      { concurrency: { quota: 1000, unreserved: 110 } },
      { handlerConcurrency: 20 },
    ],
    ['its own address, where no other is free', { addresses: 5, vpcs: 5 }, {}],
  ])('%s', async (_, given, context) => {
    const { exitCode, findings } = await examine({ stacks, ...given }, context);
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(exitCode).toBe(0);
  });
});

test('a quota of 10 is a warning, with the command that raises it', async () => {
  const { exitCode, findings } = await examine({ concurrency: { quota: 10, unreserved: 10 } });
  expect(findings.find(({ check }) => check === 'concurrency')).toMatchObject({
    verdict: 'warning',
    mend: 'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
  });
  expect(exitCode).toBe(1);
});

test('a deployment that is running is a warning', async () => {
  const stacks = { ...READY.stacks, AriEventBridge: { status: 'UPDATE_IN_PROGRESS' } };
  const { findings } = await examine({ stacks });
  expect(findings.find(({ check }) => check === 'stacks')).toMatchObject({ verdict: 'warning' });
});

test('what AWS does not let it read is not examined, with the permission that is needed; the rest is', async () => {
  const denied = ['GetAccountSettings', 'DescribeAddresses', 'DescribeSecret'];
  const { exitCode, findings } = await examine({ denied });
  const unknown = findings.filter(({ verdict }) => verdict === 'unknown');
  expect(unknown.map(({ check, mend }) => [check, mend])).toEqual([
    ['concurrency', 'permissions to read: lambda:GetAccountSettings'],
    ['network', 'permissions to read: ec2:DescribeAddresses, ec2:DescribeVpcs and servicequotas:GetServiceQuota'],
    ['secrets', 'permissions to read: secretsmanager:DescribeSecret and cloudformation:DescribeStackResources'],
  ]);
  for (const { says } of unknown) expect(says).toContain('is not authorized to perform');
  expect(exitCode).toBe(1);
});

test('without credentials that AWS accepts, nothing of the account is examined, and that is an error', async () => {
  const { exitCode, findings } = await examine({ denied: ['GetCallerIdentity'] });
  expect(findings.at(-1)).toMatchObject({
    check: 'account',
    verdict: 'error',
    mend: expect.stringContaining('AWS_PROFILE'),
  });
  expect(findings).toHaveLength(3);
  expect(exitCode).toBe(2);
});

test('the names of a stage are those that are looked for', async () => {
  const secrets = { 'ari-eventbridge-staging/pbx-1/handlers': {} };
  const { findings } = await examine({ secrets, registries: ['ari-eventbridge'] }, { stage: 'staging' });
  expect(findings.filter(({ verdict }) => verdict === 'error').map(({ check }) => check)).toEqual(['secrets']);
});

test('for a person there is a line for each finding, with the command below it, and no secret', async () => {
  const account = await readableAccount({ roles: [] });
  vi.stubEnv('AWS_ENDPOINT_URL', account.url);
  const { exitCode, said, noted } = await runCommand(['preflight'], appWith({}));
  expect(said).toContain('✘ ecs-role       the role AWSServiceRoleForECS does not exist');
  expect(said).toContain('\n    aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com\n');
  expect(said).toMatch(/\n11 ok, 0 warnings, 1 errors, 0 not examined\n$/);
  expect(said + noted).not.toContain('hidden');
  expect(exitCode).toBe(2);
});

test('a missing cdk.json and a missing region are named', async () => {
  expect((await runCommand(['preflight'], folderOfTest())).noted).toContain('cdk.json: expected this file, found none');
  vi.stubEnv('AWS_REGION', '');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  expect((await runCommand(['preflight'], appWith({}))).noted).toContain('expected a region: AWS_REGION');
});
