import { describe, expect, onTestFinished, test } from 'vitest';
import { type Gauges, Metrics } from '../../connector/metrics.ts';

const GAUGES: Gauges = {
  connected: [
    { node: 'pbx-1', app: 'a', value: true },
    { node: 'pbx-1', app: 'b', value: false },
  ],
  certificates: [{ node: 'pbx-1', days: 20.5 }],
  journalDepth: 3,
  journalBytes: 4096,
  journalAgeSeconds: 1.5,
};

function metricsOfTest(): Metrics {
  const metrics = new Metrics();
  onTestFinished(() => metrics.close());
  return metrics;
}

interface Family {
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

/** Reads Prometheus' text exposition format 0.0.4, and throws where the text does not conform to it. */
function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('expected a line break at the end');
  const families = new Map<string, Family>();
  let current: [string, Family] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][\w:]*) ((?:[^\\]|\\\\|\\n)*)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/.exec(line);
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (help) {
      if (families.has(help[1] as string)) throw new Error(`a family comes twice: ${line}`);
      current = [help[1] as string, { type: '', help: help[2] as string, samples: [] }];
      families.set(...current);
    } else if (type) {
      if (!current || current[0] !== type[1] || current[1].type !== '')
        throw new Error(`a type without a family: ${line}`);
      current[1].type = type[2] as string;
    } else if (sample && current) {
      const [, name = '', inBraces, number = ''] = sample;
      const suffix = name.slice(current[0].length);
      const allowed = current[1].type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!name.startsWith(current[0]) || !allowed.includes(suffix))
        throw new Error(`a sample in the wrong family: ${line}`);
      if (!/^[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf)$|^NaN$/.test(number)) throw new Error(`not a number: ${line}`);
      current[1].samples.push({
        name,
        labels: parseLabels(inBraces ?? ''),
        value: Number(number.replace('Inf', 'Infinity')),
      });
    } else {
      throw new Error(`cannot be read: ${line}`);
    }
  }
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const match = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/.exec(rest);
    if (!match) throw new Error(`labels cannot be read: ${text}`);
    const [whole, name = '', value = ''] = match;
    if (name in labels) throw new Error(`a label comes twice: ${text}`);
    labels[name] = value.replace(/\\(["\\n])/g, (_, character) => (character === 'n' ? '\n' : character));
    rest = rest.slice(whole.length);
  }
  return labels;
}

const figure = (families: Map<string, Family>, family: string, labels: Record<string, string> = {}): number => {
  const { samples } = families.get(`ari_eventbridge_${family}`) ?? expect.fail(`expected a family ${family}`);
  const found = samples.filter((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels));
  expect(found, `${family} of ${JSON.stringify(labels)}`).toHaveLength(1);
  return found[0]?.value as number;
};

describe('in Prometheus’ text format, the metrics', () => {
  test('can be read even before anything was counted', () => {
    const families = parsePrometheus(metricsOfTest().prometheus({ ...GAUGES, connected: [] }));
    for (const [name, { type, help }] of families) {
      expect(type, name).toMatch(/^(counter|gauge|histogram)$/);
      expect(help, name).not.toBe('');
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
    expect(families.size).toBeGreaterThan(10);
  });

  test('are counted by node and app since the process began', () => {
    const metrics = metricsOfTest();
    metrics.count('read', 'pbx-1', 'a');
    metrics.count('read', 'pbx-1', 'a', 4);
    metrics.count('dropped', 'pbx-2', '');
    metrics.published('pbx-1', 'a', 20);
    const read = () => parsePrometheus(metrics.prometheus(GAUGES));
    const a = { node: 'pbx-1', app: 'a' };
    expect(figure(read(), 'events_read_total', a)).toBe(5);
    expect(figure(read(), 'events_published_total', a)).toBe(1);
    expect(figure(read(), 'events_dropped_total', a)).toBe(0);
    expect(figure(read(), 'events_dropped_total', { node: 'pbx-2', app: '' })).toBe(1);
    metrics.embedded(GAUGES);
    expect(figure(read(), 'events_read_total', a)).toBe(5);
  });

  test('contain the current gauges', () => {
    const families = parsePrometheus(metricsOfTest().prometheus(GAUGES));
    expect(figure(families, 'connected', { node: 'pbx-1', app: 'a' })).toBe(1);
    expect(figure(families, 'connected', { node: 'pbx-1', app: 'b' })).toBe(0);
    expect(figure(families, 'certificate_days', { node: 'pbx-1' })).toBe(20.5);
    expect(figure(families, 'journal_depth')).toBe(3);
    expect(figure(families, 'journal_bytes')).toBe(4096);
    expect(figure(families, 'journal_age_seconds')).toBe(1.5);
    expect(figure(families, 'resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(figure(families, 'event_loop_delay_seconds')).toBeGreaterThanOrEqual(0);
  });

  test('escape special characters in the names of nodes and apps', () => {
    const metrics = metricsOfTest();
    const app = 'a "quoted" back\\slash\nand {a,b="c"}';
    metrics.count('read', 'pbx-1', app);
    expect(figure(parsePrometheus(metrics.prometheus(GAUGES)), 'events_read_total', { node: 'pbx-1', app })).toBe(1);
  });

  test('contain the latency as a histogram: a bucket counts every latency up to its bound, inclusive', () => {
    const metrics = metricsOfTest();
    for (const ms of [5, 6, 100, 100_000]) metrics.published('pbx-1', 'a', ms);
    const { samples } = parsePrometheus(metrics.prometheus(GAUGES)).get(
      'ari_eventbridge_publish_latency_seconds',
    ) as Family;
    const buckets = samples.filter(({ name }) => name.endsWith('_bucket'));
    const upTo = (le: string) => buckets.find(({ labels }) => labels.le === le)?.value;
    expect([upTo('0.005'), upTo('0.01'), upTo('0.1'), upTo('60'), upTo('+Inf')]).toEqual([1, 2, 3, 3, 4]);
    expect(buckets.map(({ value }) => value)).toEqual(buckets.map(({ value }) => value).toSorted((a, b) => a - b));
    expect(buckets.at(-1)?.labels.le).toBe('+Inf');
    expect(samples.find(({ name }) => name.endsWith('_sum'))?.value).toBeCloseTo(100.111);
    expect(samples.find(({ name }) => name.endsWith('_count'))?.value).toBe(4);
  });
});

interface Embedded {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
  };
  [member: string]: unknown;
}

const UNITS = ['Seconds', 'Milliseconds', 'Bytes', 'Count'];

/** Reads a line of the embedded metric format, and fails where CloudWatch would not extract its metrics. */
function parseEmbedded(line: string): Embedded {
  expect(line).not.toContain('\n');
  const root = JSON.parse(line) as Embedded;
  expect(Object.keys(root._aws).toSorted()).toEqual(['CloudWatchMetrics', 'Timestamp']);
  expect(Number.isInteger(root._aws.Timestamp)).toBe(true);
  for (const { Namespace, Dimensions, Metrics, ...more } of root._aws.CloudWatchMetrics) {
    expect(more).toEqual({});
    expect(Namespace).toMatch(/^[\w./#:-]{1,255}$/);
    expect(Dimensions.length).toBeGreaterThan(0);
    for (const name of Dimensions.flat()) {
      // CloudWatch refuses a line with an empty dimension.
      expect(root[name], `dimension ${name}`).toMatch(/\S/);
    }
    expect(Metrics.length).toBeGreaterThan(0);
    expect(Metrics.length).toBeLessThanOrEqual(100);
    for (const { Name, Unit } of Metrics) {
      expect(UNITS).toContain(Unit);
      const values = [root[Name]].flat();
      expect(values.length).toBeGreaterThan(0);
      expect(values.length).toBeLessThanOrEqual(100);
      for (const value of values) expect(Number.isFinite(value), `${Name} is ${value}`).toBe(true);
    }
  }
  return root;
}

describe('in CloudWatch’s embedded metric format, the metrics', () => {
  test('count the events since the last line', () => {
    const metrics = metricsOfTest();
    const ofApp = () =>
      metrics
        .embedded(GAUGES)
        .map(parseEmbedded)
        .find(({ App }) => App === 'a');
    metrics.count('read', 'pbx-1', 'a', 5);
    expect(ofApp()).toMatchObject({ Node: 'pbx-1', App: 'a', EventsRead: 5, EventsPublished: 0, Connected: 1 });
    expect(ofApp()).toMatchObject({ EventsRead: 0 });
    metrics.count('read', 'pbx-1', 'a', 2);
    metrics.published('pbx-1', 'a', 12);
    expect(ofApp()).toMatchObject({ EventsRead: 2, EventsPublished: 1 });
  });

  test('have a line for each node and app, one for each certificate, and one for the process', () => {
    const metrics = metricsOfTest();
    metrics.count('read', 'pbx-1', 'a');
    metrics.count('read', 'pbx-1', 'b');
    metrics.count('read', 'pbx-2', 'a');
    const lines = metrics.embedded(GAUGES, 1795422291242).map(parseEmbedded);
    // For one alarm over many nodes.
    expect(lines.at(-1)).toMatchObject({ AppsNotConnected: 1, LeastCertificateDays: 20.5 });
    expect(lines.map(({ Node, App }) => [Node, App])).toEqual([
      ['pbx-1', 'a'],
      ['pbx-1', 'b'],
      ['pbx-2', 'a'],
      ['pbx-1', undefined],
      [undefined, undefined],
    ]);
    expect(lines.map(({ Connected }) => Connected)).toEqual([1, 0, undefined, undefined, undefined]);
    expect(lines.map(({ CertificateDays }) => CertificateDays)).toEqual([
      undefined,
      undefined,
      undefined,
      20.5,
      undefined,
    ]);
    expect(lines.at(-1)).toMatchObject({ JournalDepth: 3, JournalBytes: 4096, JournalAge: 1.5 });
    for (const { _aws } of lines) {
      expect(_aws.Timestamp).toBe(1795422291242);
      expect(_aws.CloudWatchMetrics.map(({ Namespace }) => Namespace)).toEqual(['AriEventBridge']);
    }
    expect(lines[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['Node', 'App']]);
    expect(lines.at(-1)?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([[]]);
  });

  test('contain apps without events too: missing data means that no connector runs', () => {
    const lines = metricsOfTest().embedded(GAUGES).map(parseEmbedded);
    expect(lines.filter(({ App }) => App).map(({ App, Connected }) => [App, Connected])).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
  });

  test('contain the sums of the lost events of all nodes and apps since the last line', () => {
    const metrics = metricsOfTest();
    metrics.count('rejected', 'pbx-1', 'a');
    metrics.count('rejected', 'pbx-2', '');
    metrics.count('dropped', 'pbx-2', 'b', 5);
    const sums = () => parseEmbedded(metrics.embedded(GAUGES).at(-1) as string);
    expect(sums()).toMatchObject({ EventsRejected: 2, EventsDropped: 5, Gaps: 0 });
    expect(sums()).toMatchObject({ EventsRejected: 0, EventsDropped: 0, Gaps: 0 });
  });

  test('have no App dimension where an event names no app, so that CloudWatch takes them', () => {
    const metrics = metricsOfTest();
    metrics.count('read', 'pbx-1', '');
    const [line] = metrics.embedded(GAUGES).map(parseEmbedded);
    expect(line).toMatchObject({ Node: 'pbx-1', EventsRead: 1 });
    expect(line?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['Node']]);
  });

  test('contain at most a hundred samples of the latency, taken evenly from all since the last line', () => {
    const metrics = metricsOfTest();
    const samples = () => (parseEmbedded(metrics.embedded(GAUGES).at(-1) as string).PublishLatency ?? []) as number[];
    expect(samples()).toEqual([]);
    for (let ms = 0; ms < 10_000; ms++) metrics.published('pbx-1', 'a', ms);
    const shown = samples();
    expect(shown).toHaveLength(100);
    // The samples are neither the first hundred nor the last hundred.
    const average = shown.reduce((sum, ms) => sum + ms, 0) / 100;
    expect(average).toBeGreaterThan(2500);
    expect(average).toBeLessThan(7500);
    expect(samples()).toEqual([]);
  });
});

describe('the table that connectors share', () => {
  test('has the number of its failures in the metrics: since the start for Prometheus, since the last line for CloudWatch', () => {
    const metrics = metricsOfTest();
    const linesWith = (tableFailures: number) =>
      JSON.parse(metrics.embedded({ ...GAUGES, tableFailures }).at(-1) ?? '');
    expect([linesWith(3).TableFailures, linesWith(5).TableFailures]).toEqual([3, 2]);
    expect(metrics.prometheus({ ...GAUGES, tableFailures: 5 })).toContain('\nari_eventbridge_table_failures_total 5\n');
  });

  test('has none where there is no table', () => {
    const metrics = metricsOfTest();
    expect(JSON.parse(metrics.embedded(GAUGES).at(-1) ?? '')).not.toHaveProperty('TableFailures');
    expect(metrics.prometheus(GAUGES)).not.toContain('table_failures');
  });
});

test('an app that another connector holds, while this one stands by, is not counted as one without a connector', () => {
  const metrics = metricsOfTest();
  const connected = [
    { node: 'pbx-1', app: 'a', value: true, standsBy: false },
    { node: 'pbx-1', app: 'b', value: false, standsBy: true },
    { node: 'pbx-1', app: 'c', value: false, standsBy: false },
  ];
  expect(JSON.parse(metrics.embedded({ ...GAUGES, connected }).at(-1) ?? '')).toMatchObject({ AppsNotConnected: 1 });
});
