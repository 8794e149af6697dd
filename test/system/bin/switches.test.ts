import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Template } from '../../../lib/local/template/cloud-assembly.ts';
import { APPS } from '../../support/apps.ts';
import { type Json, type Synthesized, synthesizeApp } from '../../support/synth.ts';

// CloudFormation refuses to remove or change an export that a deployed stack imports: a setting that moved a resource could
// then not be switched, as each stack waits for the other.

const CALLS = 'AriEventBridge';
const CONNECTOR = 'AriEventBridgeConnector';
const node = (name: string, more: Json = {}) => ({
  name,
  url: `https://${name}.example.com:8089/ari`,
  apps: APPS,
  ...more,
});
const VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a'],
  subnetIds: ['subnet-0123456789abcdef0'],
};

/** Each setting that can be switched, by name; all of them there and back from the first one. */
const SETTINGS: Record<string, Json> = {
  'one node': { nodes: [node('pbx-1')] },
  'no connector': { nodes: [node('pbx-1')], connector: false },
  'a key of the account': { nodes: [node('pbx-1')], customerManagedKey: true },
  'an open network': { nodes: [node('pbx-1')], asteriskNetwork: 'open' },
  'a private network that exists': { nodes: [node('pbx-1')], asteriskNetwork: 'private', vpc: VPC },
  'a second node': { nodes: [node('pbx-1'), node('pbx-2')] },
  'a node of another name': { nodes: [node('pbx-9')] },
  'a group of nodes': { nodes: [node('pbx-1', { userGroup: 'north' }), node('pbx-2', { userGroup: 'north' })] },
  'no archive and no log': { nodes: [node('pbx-1')], archiveDays: 0, busLog: false },
};

// Findings are those of other tests; validation takes half of the time.
beforeAll(() => void vi.stubEnv('CDK_VALIDATION', 'false'));
afterAll(() => void vi.unstubAllEnvs());

const all = new Map<string, Synthesized>();
for (const [name, context] of Object.entries(SETTINGS)) {
  beforeAll(async () => void all.set(name, await synthesizeApp(context)), 120_000);
}
afterAll(() => {
  for (const synthesized of all.values()) synthesized.remove();
});

const templatesOf = (setting: string): [string, Template][] => [...(all.get(setting)?.templates ?? [])];

/** Names of exports of a template, with their expressions. */
function exportsOf({ Outputs = {} }: { Outputs?: Record<string, { Export?: unknown }> }): unknown[] {
  return Object.values(Outputs).flatMap(({ Export }) => Export ?? []);
}

/** What a template reads of other stacks' outputs: `AriEventBridge.Name`. */
function readsOf(template: object): string[] {
  const reads = JSON.stringify(template).matchAll(
    /"Fn::GetStackOutput":\{"StackName":"([^"]+)".*?"OutputName":"([^"]+)"/g,
  );
  return [...reads].map(([, stack, output]) => `${stack}.${output}`);
}

describe.each(Object.keys(SETTINGS))('deployed with %s,', (setting) => {
  test('no stack has an export, so that every setting can be switched there and back', () => {
    const templates = templatesOf(setting);
    expect(templates.length).toBeGreaterThanOrEqual(2);
    for (const [, template] of templates) {
      expect(exportsOf(template as Parameters<typeof exportsOf>[0])).toEqual([]);
      expect(JSON.stringify(template)).not.toContain('Fn::ImportValue');
    }
  });

  test('a stack reads outputs of the other one only, and only such as it has', () => {
    const templates = new Map(templatesOf(setting));
    expect(readsOf(templates.get(CALLS) ?? {})).toEqual([]);
    const { Outputs = {} } = templates.get(CALLS) as { Outputs?: object };
    const there = Object.keys(Outputs).map((name) => `${CALLS}.${name}`);
    const reads = readsOf(templates.get(CONNECTOR) ?? {});
    if (templates.has(CONNECTOR)) expect(reads.length).toBeGreaterThan(0);
    for (const read of reads) expect(there).toContain(read);
  });

  test('the stack that is read is deployed first', () => {
    const { artifacts } = all
      .get(setting)
      ?.read<{ artifacts: Record<string, { dependencies?: string[] }> }>('manifest.json') ?? { artifacts: {} };
    if (artifacts[CONNECTOR]) expect(artifacts[CONNECTOR].dependencies).toContain(CALLS);
    expect(artifacts[CALLS]?.dependencies ?? []).not.toContain(CONNECTOR);
  });
});
