import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, test } from 'vitest';
import { Metrics } from '../../../connector/metrics.ts';
import { DeadLetterQueue } from '../../../lib/cdk/dead-letter-queue.ts';
import { AriBridge, CallFlow, CallHandler } from '../../../lib/cdk/index.ts';
import { Monitoring } from '../../../lib/cdk/monitoring.ts';
import { ariPattern } from '../../../lib/index.ts';
import { NODE, only, templateOf } from '../../support/template-of.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const NODES = [NODE, { name: 'pbx-2', url: 'http://127.0.0.1:8088/ari', apps: ['Intro-IVR'] }];
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:alarms';

interface Alarm {
  AlarmDescription: string;
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: unknown }[];
  Threshold: number;
  TreatMissingData: string;
  AlarmActions?: unknown[];
  OKActions?: unknown[];
}

let template: Template;
let alarms: Alarm[];

beforeAll(() => {
  const { path: outdir, remove } = temporaryFolder();
  const stack = new Stack(new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } }), 'Test');
  const bridge = new AriBridge(stack, 'Bridge', {
    nodes: NODES,
    alarmTopic: Topic.fromTopicArn(stack, 'Topic', TOPIC),
  });
  new CallHandler(stack, 'IntroIvr', {
    ...bridge.handlerDefaults,
    entry: 'functions/intro-ivr/index.ts',
    pattern: ariPattern({ application: 'Intro-IVR' }),
  });
  new CallFlow(stack, 'Lock', {
    ...bridge.handlerDefaults,
    entry: 'functions/intro-ivr/index.ts',
    application: 'Intro-IVR',
  });
  template = Template.fromStack(stack);
  alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties as Alarm);
  remove();
});

const ofConnector = (): Alarm[] => alarms.filter(({ Namespace }) => Namespace === 'AriEventBridge');
const key = (name: string, dimensions: Record<string, unknown>): string =>
  `${name} ${JSON.stringify(Object.entries(dimensions).toSorted())}`;

/** Every metric that a connector of these nodes emits, with its dimensions. */
function emitted(): Set<string> {
  const metrics = new Metrics();
  const apps = NODES.flatMap(({ name, apps: all }) => all.map((app) => ({ node: name, app, value: true })));
  metrics.published('pbx-1', 'Intro-IVR', 1);
  const lines = metrics.embedded({
    connected: apps,
    certificates: [{ node: 'pbx-1', days: 90 }],
    tableFailures: 0,
    journalDepth: 0,
    journalBytes: 0,
    journalAgeSeconds: 0,
  });
  metrics.close();
  return new Set(
    lines.flatMap((line) => {
      const root = JSON.parse(line) as Record<string, unknown> & {
        _aws: { CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[] };
      };
      return root._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics: all }) => {
        expect(Namespace).toBe('AriEventBridge');
        return Dimensions.flatMap((names) =>
          all.map(({ Name }) => key(Name, Object.fromEntries(names.map((name) => [name, root[name]])))),
        );
      });
    }),
  );
}

describe('an alarm', () => {
  test('of the connector uses a metric that the connector emits, with the same dimensions', () => {
    const there = emitted();
    expect(ofConnector().length).toBeGreaterThanOrEqual(7);
    for (const { MetricName, Dimensions = [] } of ofConnector()) {
      const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
      expect([...there]).toContain(key(MetricName, dimensions));
    }
  });

  test('refers to an existing section of the runbook', () => {
    const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
    const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(alarms.length).toBeGreaterThan(10);
    const named = new Set<string>();
    for (const { AlarmDescription } of alarms) {
      const [, section = ''] = /^[A-Z].+[.] What to do: docs\/runbook\.md#([\w-]+)$/.exec(AlarmDescription) ?? [];
      expect(sections, AlarmDescription).toContain(section);
      named.add(section);
    }
    // And the runbook has no section without an alarm.
    expect([...named].toSorted()).toEqual(sections.filter((section) => section !== 'the-dashboard').toSorted());
  });

  test('is sent to the topic when it begins and when it ends', () => {
    for (const { AlarmActions, OKActions } of alarms) expect([AlarmActions, OKActions]).toEqual([[TOPIC], [TOPIC]]);
  });

  test('treats missing data as breaching only where missing data is the fault', () => {
    const raised = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(raised.map(({ MetricName }) => MetricName)).toEqual(['Connected', 'Connected', 'Connected']);
    expect(new Set(alarms.map(({ TreatMissingData }) => TreatMissingData))).toEqual(
      new Set(['breaching', 'notBreaching']),
    );
  });

  test.each([
    ['Connected', 3],
    ['CertificateDays', 1], // the other node has no TLS
    ['JournalAge', 1],
    ['EventsRejected', 1],
    ['EventsDropped', 1],
    ['CallsRescued', 1],
    ['Errors', 2], // of the handler, and of the flow's dispatcher
    ['Throttles', 3], // of both, and of the flow
    ['ApproximateNumberOfMessagesVisible', 3], // the dead letters of handler, flow and connector
    ['AsyncEventAge', 2],
    ['DurableExecutionFailed', 1],
    ['DurableExecutionTimedOut', 1],
  ])('watches %s: %i', (metric, count) => {
    expect(alarms.filter(({ MetricName }) => MetricName === metric)).toHaveLength(count);
  });
});

test('everything that can lose an event of a handler is watched, on both sides of its queue', () => {
  const lost = alarms.filter(({ AlarmDescription }) => /^Events for IntroIvr .*#handler-lost/.test(AlarmDescription));
  expect(lost.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`)).toEqual([
    'AWS/Lambda AsyncEventsDropped',
    'AWS/Lambda DestinationDeliveryFailures',
    'AWS/Events InvocationsFailedToBeSentToDlq',
  ]);
  const [bus, rule] = lost[2]?.Dimensions ?? [];
  expect(bus).toMatchObject({ Name: 'EventBusName' });
  // The part of the rule's ARN that is its name: `Ref` of a rule has the bus's name in it too.
  expect(rule).toMatchObject({ Name: 'RuleName', Value: { 'Fn::Select': [2, { 'Fn::Split': ['/', {}] }] } });
});

describe('for many nodes', () => {
  const nodes = Array.from({ length: 200 }, (_, index) => ({ ...NODE, name: `pbx-${index}` }));
  const many = templateOf((stack) => new Monitoring(stack, 'Monitoring', { nodes }));
  const all = Object.values(many.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties as Alarm);

  test('one alarm watches all apps, and one all certificates, by metrics that the connector emits', () => {
    const there = emitted();
    for (const name of ['AppsNotConnected', 'LeastCertificateDays']) {
      const found = all.filter(({ MetricName }) => MetricName === name);
      expect(found).toHaveLength(1);
      expect([...there]).toContain(key(name, {}));
    }
    expect(all.filter(({ Dimensions = [] }) => Dimensions.length > 0)).toEqual([]);
    expect(all.find(({ MetricName }) => MetricName === 'AppsNotConnected')?.TreatMissingData).toBe('breaching');
  });

  test('graphs find the metrics of each app by a search', () => {
    const body = JSON.stringify(only(many, 'AWS::CloudWatch::Dashboard').DashboardBody);
    expect(body).toContain("SEARCH('{AriEventBridge,Node,App} MetricName=");
    expect(body).not.toContain('pbx-1');
  });
});

test('each alarm is in a widget, of which none has more than CloudWatch shows', () => {
  const shown = templateOf((stack) => {
    const monitoring = new Monitoring(stack, 'Monitoring', { nodes: [NODE] });
    for (let index = 0; index < 120; index += 1) {
      monitoring.watchDeadLetters(`Handler${index}`, new DeadLetterQueue(stack, `Queue${index}`));
    }
  });
  const body = JSON.stringify(only(shown, 'AWS::CloudWatch::Dashboard').DashboardBody);
  // A widget's text begins with the names of its alarms' ARNs.
  const [, ...widgets] = body.split('\\"alarms\\"');
  const sizes = widgets.map((text) => text.split('\\"type\\"')[0]?.match(/Fn::GetAtt/g)?.length);
  expect(sizes).toEqual([100, 20 + Object.keys(shown.findResources('AWS::CloudWatch::Alarm')).length - 120]);
});

test('the dashboard shows every alarm, and metrics of the connector that it emits', () => {
  const body = JSON.stringify(only(template, 'AWS::CloudWatch::Dashboard').DashboardBody);
  for (const id of Object.keys(template.findResources('AWS::CloudWatch::Alarm'))) expect(body).toContain(id);
  const there = [...emitted()].map((metric) => metric.split(' ')[0]);
  const shown = [...body.matchAll(/AriEventBridge\\",\\"(\w+)/g)].map(([, name]) => name);
  expect(shown.length).toBeGreaterThan(8);
  for (const name of shown) expect(there).toContain(name);
});

test('monitoring by itself covers what it is given, wherever that runs, and needs no topic', () => {
  const alone = templateOf((stack) => new Monitoring(stack, 'Monitoring', { nodes: [NODE], dashboard: false }));
  alone.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  for (const { Properties } of Object.values(alone.findResources('AWS::CloudWatch::Alarm'))) {
    expect(Properties).not.toHaveProperty('AlarmActions');
  }
});
