import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { readNodes } from '../../../../lib/ari/node.ts';
import { DoctorFunction } from '../../../../lib/cdk/doctor-function.ts';
import { NodeUser } from '../../../../lib/cdk/node-user.ts';

const NODE = { name: 'pbx-1', url: 'https://127.0.0.1:1/ari', apps: ['Intro-IVR'] };

let folder: string;
let template: Template;

beforeAll(() => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const user = (username: 'connector' | 'handlers') =>
    new NodeUser(stack, username, { node: NODE, username, description: username });
  new DoctorFunction(stack, 'Doctor', { nodes: [user('handlers')], connectorUsers: [user('connector')] });
  folder = app.synth().directory;
  template = Template.fromStack(stack);
}, 60_000);
const asset = (): string => readdirSync(folder).find((name) => name.startsWith('asset.')) ?? expect.fail('no asset');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the function has its nodes, and may read both users of each and nothing else', () => {
  const [fn] = Object.values(template.findResources('AWS::Lambda::Function'));
  const { ARI_NODES_FILE, CONNECTOR_SECRETS } = fn?.Properties.Environment.Variables ?? {};
  expect(readNodes({ ARI_NODES_FILE: join(folder, asset(), ARI_NODES_FILE) })).toEqual([
    { ...NODE, secretId: 'ari-eventbridge/pbx-1/handlers' },
  ]);
  expect(JSON.stringify(CONNECTOR_SECRETS)).toContain(NODE.name);
  const [policy, ...others] = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(others).toEqual([]);
  const statements = policy?.Properties.PolicyDocument.Statement as { Action: string[]; Resource: object }[];
  const readable = statements.filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
  expect(readable).toHaveLength(2);
  for (const { Resource } of readable) expect(Resource).toHaveProperty('Ref');
  const rest = statements.filter((statement) => !readable.includes(statement)).flatMap(({ Action }) => Action);
  expect(rest.filter((action) => !/^(logs:(CreateLogStream|PutLogEvents)|xray:PutT\w+)$/.test(action))).toEqual([]);
});

test('its bundle is complete: it loads without other files, and returns a report', async () => {
  const { handler } = (await import(pathToFileURL(join(folder, asset(), 'index.js')).href)) as {
    handler: (request: { node: string }) => Promise<{ findings: object[] }>;
  };
  vi.stubEnv('ARI_NODES', JSON.stringify([NODE]));
  onTestFinished(() => void vi.unstubAllEnvs());
  const { findings } = await handler({ node: 'pbx-1' });
  expect(findings.slice(0, 2)).toMatchObject([
    { check: 'name', verdict: 'ok' },
    { check: 'port', verdict: 'error', line: 'tlsenable = yes' },
  ]);
});
