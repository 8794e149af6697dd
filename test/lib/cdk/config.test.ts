import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../lib/cdk/config.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Intro-IVR'] };
const VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
};
const read = (context: Record<string, unknown>) => readConfig(new App({ context: { nodes: [NODE], ...context } }));

/** The faults of an invalid context, one line each. */
function faultsOf(context: Record<string, unknown>): string[] {
  try {
    read(context);
  } catch (error) {
    const [first, ...faults] = (error as Error).message.split('\n');
    expect(first).toBe('The context (cdk.json) is invalid:');
    return faults.map((fault) => fault.replace(/^ {2}- /, ''));
  }
  return [];
}

describe('the context', () => {
  test('needs nodes only', () => {
    expect(read({})).toEqual({
      nodes: [NODE],
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
    });
  });

  test('comes from the command line as text', () => {
    expect(
      read({
        nodes: JSON.stringify([NODE]),
        connector: 'false',
        archiveDays: '0',
        handlerConcurrency: '20',
        asteriskNetwork: 'private',
        vpc: JSON.stringify(VPC),
      }),
    ).toMatchObject({
      nodes: [NODE],
      connector: false,
      archiveDays: 0,
      handlerConcurrency: 20,
      asteriskNetwork: 'private',
      vpc: VPC,
    });
  });

  test('is refused with all faults in one message', () => {
    const faults = faultsOf({
      nodes: [{ ...NODE, url: 'http://pbx.example.com/ari' }],
      connector: 'no',
      archiveDays: -1,
    });
    expect(faults).toHaveLength(3);
    expect(faults[0]).toContain('`nodes`: node "pbx-1": plain http:// to pbx.example.com would send passwords');
    expect(faults[1]).toBe('`connector`: expected true or false, got "no"');
    expect(faults[2]).toBe('`archiveDays`: expected an integer from 0 to 3650, got -1');
  });

  test.each([
    [{ nodes: '{' }, '`nodes`: expected a list of at least one node ({ name, url, apps }), got "{"'],
    [{ nodes: undefined }, '`nodes`: expected a list of at least one node'],
    [{ asteriskNetwork: 'near' }, '`asteriskNetwork`: expected "fixed" or "private" or "open", got "near"'],
    [{ alarmTopicArn: 'alarms' }, '`alarmTopicArn`: expected the ARN of an SNS topic, got "alarms"'],
    [{ handlerConcurrency: 0 }, '`handlerConcurrency`: expected an integer from 1 to 1000, got 0'],
    [{ vpcCidr: '10.0.0.0' }, '`vpcCidr`: expected an IPv4 network'],
    [{ vpc: 'vpc-1' }, '`vpc`: expected { vpcId, availabilityZones, subnetIds, public?, resolvers? }, got "vpc-1"'],
    [{ vpc: { ...VPC, vpcId: 'mine' } }, '`vpc`: vpcId: expected an id such as'],
    [{ vpc: { ...VPC, subnetIds: ['subnet-0123456789abcdef0'] } }, '`vpc`: subnetIds: expected as many for each of 2'],
    [{ vpc: { ...VPC, subnets: [] } }, '`vpc`: subnets: there is no such key'],
    [
      { vpc: { ...VPC, resolvers: ['10.0.0.256'] } },
      '`vpc`: resolvers: expected a list of IPv4 addresses such as "10.0.0.53"',
    ],
    [{ vpc: VPC, vpcCidr: '10.0.0.0/16' }, '`vpcCidr`: applies to a new VPC only, but `vpc` names an existing one'],
    [{ vpc: { ...VPC, public: true }, asteriskNetwork: 'private' }, '`vpc.public`: handlers run in the VPC unless'],
    [{ publishers: ['arn:aws:iam::123456789012:role/x'] }, '`publishers`: the deployed connector is the only'],
    [{ connector: false, publishers: ['x'] }, '`publishers`: expected a list of ARNs of IAM roles, got ["x"]'],
    [{ eventFilter: [] }, '`eventFilter`: expected a list of at least one event pattern, got []'],
    [
      { eventFilter: [{ 'detail-type': ['Dial'] }, { 'detail-type': 'StasisStart' }] },
      '`eventFilter`: pattern 2: Event pattern is not valid. Reason: ',
    ],
    [
      { eventFilter: [{ 'detail-type': ['Dial'] }, { detail_type: ['StasisStart'] }] },
      '`eventFilter`: pattern 2: "detail_type" is not a field that the filter can read: expected source, detail-type, resources or detail',
    ],
    [{ tags: { 'aws:x': '1' } }, '`tags`: expected up to 40 tags, { "team": "telephony" }'],
    [{ tags: { team: 1 } }, '`tags`: expected up to 40 tags'],
    [{ tracing: 'on' }, '`tracing`: expected true or false, got "on"'],
    [{ nodes: [{ ...NODE, urll: 'x' }] }, '`nodes`: node "pbx-1": there is no key "urll"; there are name, url, apps,'],
    [{ stage: 'Live' }, '`stage`: expected up to 20 lower-case letters, digits and hyphens'],
    [{ connectorImage: 'connector' }, '`connectorImage`: expected an image with its tag or digest'],
    [{ connector: false, connectorImage: 'ghcr.io/a/b:1' }, '`connectorImage`: applies to the deployed connector'],
    [
      { nodes: [{ ...NODE, caFile: 'ca.pem' }], connectorImage: 'ghcr.io/a/b:1' },
      '`connectorImage`: a published image does not contain the `caFile` of pbx-1',
    ],
    [{ customerManagedKey: 'mine' }, '`customerManagedKey`: expected true, false or the ARN of a KMS key, got "mine"'],
    [{ eventBusArn: 'calls' }, '`eventBusArn`: expected the ARN of an event bus'],
    [{ alarmEmail: 'me' }, '`alarmEmail`: expected an e-mail address, got "me"'],
    [
      { alarmEmail: 'a@example.com', alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:x' },
      '`alarmEmail`: makes a new topic, but `alarmTopicArn` names an existing one',
    ],
    [{ retain: 'all' }, '`retain`: expected "passwords" or "data" or "nothing", got "all"'],
    [{ archivDays: 3 }, '`archivDays`: there is no such key, expected one of nodes, stage, eventFilter,'],
  ])('%j is refused', (context, fault) => {
    const faults = faultsOf(context);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  test('of CDK and of comments is ignored', () => {
    expect(
      faultsOf({ '@aws-cdk/core:x': true, 'aws:cdk:y': 1, '//nodes': 'text', 'vpc-provider:account=1': {} }),
    ).toEqual([]);
  });

  test('has each of its keys explained in cdk.json', () => {
    const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'));
    const [fault = ''] = faultsOf({ slip: 1 });
    const known = fault.replace(/^.*expected one of /, '').split(', ');
    expect(known).toHaveLength(23);
    for (const key of known) expect(context).toHaveProperty([`//${key}`]);
  });
});
