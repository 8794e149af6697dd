import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The counters of each node and app since the process began: name for Prometheus, name for CloudWatch, help text. */
const COUNTERS = {
  read: ['events_read', 'EventsRead', 'Frames read from the event WebSocket.'],
  filtered: ['events_filtered', 'EventsFiltered', 'Events that the filter keeps from the bus.'],
  published: ['events_published', 'EventsPublished', 'Entries that the bus accepted.'],
  retried: ['events_retried', 'EventsRetried', 'Entries that have to be sent again.'],
  rejected: ['events_rejected', 'EventsRejected', 'Events that the bus will never accept: they are dead letters.'],
  dropped: ['events_dropped', 'EventsDropped', 'Events that were dropped because the journal was full: they are lost.'],
  recovered: ['events_recovered', 'EventsRecovered', 'Events rebuilt after a gap.'],
  rescued: ['calls_rescued', 'CallsRescued', 'Calls that no handler claimed: Asterisk sent them to the fallback.'],
  gaps: ['gaps', 'Gaps', 'Periods in which events may have been missed.'],
} as const;

export type CounterName = keyof typeof COUNTERS;

/** Upper bounds of the latency's buckets, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** CloudWatch takes up to 100 values of one metric in one line. */
const SAMPLES = 100;
const PREFIX = 'ari_eventbridge';
/** In CloudWatch. */
export const DEFAULT_NAMESPACE = 'AriEventBridge';

/** The connector's state at this moment. */
export interface Gauges {
  /** Whether the app is registered over an open connection, or this connector stands by for another one that has it. */
  connected: { node: string; app: string; value: boolean; standsBy?: boolean }[];
  /** Days until the certificate of a node expires, of those that have one. */
  certificates: { node: string; days: number }[];
  /** Requests to the table of connectors that failed since the process began; absent where there is no table. */
  tableFailures?: number | undefined;
  journalDepth: number;
  journalBytes: number;
  /** Age of the oldest event that the bus has not accepted yet. */
  journalAgeSeconds: number;
}

type Counters = Record<CounterName, number>;

interface Series {
  node: string;
  app: string;
  counters: Counters;
  /** The counters at the last call of `embedded`. */
  logged: Counters;
}

/** The connector's metrics: in Prometheus' text format on request, and as CloudWatch embedded metrics for the log. */
export class Metrics {
  readonly #series = new Map<string, Map<string, Series>>();
  readonly #latencyCounts = new Array<number>(BUCKETS.length + 1).fill(0);
  #latencySum = 0;
  #latencyCount = 0;
  #latencySamples: number[] = [];
  #samplesSeen = 0;
  /** Failures of the table at the last call of `embedded`. */
  #loggedTableFailures = 0;
  readonly #namespace: string;
  readonly #loopDelay = monitorEventLoopDelay({ resolution: 20 });

  /** @param namespace in CloudWatch */
  constructor(namespace = DEFAULT_NAMESPACE) {
    this.#namespace = namespace;
    this.#loopDelay.enable();
  }

  count(counter: CounterName, node: string, app: string, by = 1): void {
    this.#of(node, app).counters[counter] += by;
  }

  /** Notes how long an event took from the socket to the bus, in milliseconds. */
  published(node: string, app: string, latencyMs: number): void {
    this.#of(node, app).counters.published += 1;
    const seconds = latencyMs / 1000;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    const at = bucket < 0 ? BUCKETS.length : bucket;
    this.#latencyCounts[at] = (this.#latencyCounts[at] as number) + 1;
    this.#latencySum += seconds;
    this.#latencyCount += 1;
    // Reservoir sampling: every value has the same chance to be among the samples.
    this.#samplesSeen += 1;
    if (this.#latencySamples.length < SAMPLES) this.#latencySamples.push(latencyMs);
    else {
      const place = Math.floor(Math.random() * this.#samplesSeen);
      if (place < SAMPLES) this.#latencySamples[place] = latencyMs;
    }
  }

  /** Prometheus' text exposition format, version 0.0.4. */
  prometheus(gauges: Gauges): string {
    const lines: string[] = [];
    const family = (name: string, type: string, help: string, samples: string[]): void => {
      lines.push(`# HELP ${PREFIX}_${name} ${help}`, `# TYPE ${PREFIX}_${name} ${type}`, ...samples);
    };
    for (const [key, [name, , help]] of Object.entries(COUNTERS)) {
      const samples = [...this.#all()].map(
        ({ node, app, counters }) => `${PREFIX}_${name}_total${labels({ node, app })} ${counters[key as CounterName]}`,
      );
      family(`${name}_total`, 'counter', help, samples);
    }
    const connected = gauges.connected.map(
      ({ node, app, value }) => `${PREFIX}_connected${labels({ node, app })} ${value ? 1 : 0}`,
    );
    family('connected', 'gauge', 'Whether the app is registered over an open connection.', connected);
    const days = gauges.certificates.map(
      ({ node, days: left }) => `${PREFIX}_certificate_days${labels({ node })} ${left}`,
    );
    family('certificate_days', 'gauge', 'Days until the certificate of a node expires.', days);
    const gauge = (name: string, help: string, value: number): void =>
      family(name, 'gauge', help, [`${PREFIX}_${name} ${value}`]);
    gauge('journal_depth', 'Events that are not accepted yet.', gauges.journalDepth);
    gauge('journal_bytes', 'Size of the journal on disk.', gauges.journalBytes);
    gauge('journal_age_seconds', 'Age of the oldest event that is not accepted yet.', gauges.journalAgeSeconds);
    if (gauges.tableFailures !== undefined) {
      family('table_failures_total', 'counter', 'Requests to the table of connectors that failed.', [
        `${PREFIX}_table_failures_total ${gauges.tableFailures}`,
      ]);
    }
    gauge('event_loop_delay_seconds', '99th percentile, since it was last asked.', this.#loopDelaySeconds());
    gauge('resident_memory_bytes', 'Memory of the process.', process.memoryUsage.rss());
    family('publish_latency_seconds', 'histogram', 'From the socket to the acceptance by the bus.', this.#histogram());
    return `${lines.join('\n')}\n`;
  }

  /**
   * CloudWatch embedded metrics since the last call: a JSON line for each node and app, one for each certificate, and one
   * for the process with the sums that alarms watch.
   */
  embedded(gauges: Gauges, now = Date.now()): string[] {
    const connected = new Map(gauges.connected.map(({ node, app, value }) => [`${node}\n${app}`, value ? 1 : 0]));
    // Apps without events have a line too: to an alarm, missing data means that no connector runs.
    for (const { node, app } of gauges.connected) this.#of(node, app);
    const sums = { EventsRejected: 0, EventsDropped: 0, CallsRescued: 0, Gaps: 0 };
    const lines = [...this.#all()].map((series) => {
      const values: Record<string, number> = {};
      for (const [key, [, name]] of Object.entries(COUNTERS) as [CounterName, readonly string[]][]) {
        values[name as string] = series.counters[key] - series.logged[key];
      }
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += values[name] ?? 0;
      series.logged = { ...series.counters };
      const up = connected.get(`${series.node}\n${series.app}`);
      const gauge = up === undefined ? {} : { Connected: up };
      // CloudWatch takes no dimension without a value.
      const dimensions = { Node: series.node, ...(series.app !== '' && { App: series.app }) };
      return embeddedLine(this.#namespace, now, dimensions, { ...values, ...gauge });
    });
    for (const { node, days } of gauges.certificates) {
      lines.push(embeddedLine(this.#namespace, now, { Node: node }, { CertificateDays: days }));
    }
    // For one alarm over many nodes.
    const fleet = {
      AppsNotConnected: gauges.connected.filter(({ value, standsBy }) => !value && !standsBy).length,
      ...(gauges.certificates.length > 0 && {
        LeastCertificateDays: Math.min(...gauges.certificates.map(({ days }) => days)),
      }),
    };
    const { journalDepth: JournalDepth, journalBytes: JournalBytes, journalAgeSeconds: JournalAge } = gauges;
    const latency = this.#latencySamples.length > 0 ? { PublishLatency: this.#latencySamples } : {};
    const journal = { JournalDepth, JournalBytes, JournalAge };
    const table = this.#tableFailuresSince(gauges.tableFailures);
    lines.push(embeddedLine(this.#namespace, now, {}, { ...sums, ...fleet, ...journal, ...table, ...latency }));
    this.#latencySamples = [];
    this.#samplesSeen = 0;
    return lines;
  }

  #tableFailuresSince(failures: number | undefined): { TableFailures?: number } {
    if (failures === undefined) return {};
    const TableFailures = failures - this.#loggedTableFailures;
    this.#loggedTableFailures = failures;
    return { TableFailures };
  }

  close(): void {
    this.#loopDelay.disable();
  }

  #of(node: string, app: string): Series {
    let byApp = this.#series.get(node);
    if (!byApp) {
      byApp = new Map();
      this.#series.set(node, byApp);
    }
    let series = byApp.get(app);
    if (!series) {
      series = { node, app, counters: zeros(), logged: zeros() };
      byApp.set(app, series);
    }
    return series;
  }

  *#all(): Generator<Series> {
    for (const byApp of this.#series.values()) yield* byApp.values();
  }

  #loopDelaySeconds(): number {
    const seconds = this.#loopDelay.percentile(99) / 1e9;
    this.#loopDelay.reset();
    return Number.isFinite(seconds) ? seconds : 0;
  }

  #histogram(): string[] {
    let sum = 0;
    const buckets = [...BUCKETS, '+Inf'].map((bound, index) => {
      sum += this.#latencyCounts[index] as number;
      return `${PREFIX}_publish_latency_seconds_bucket${labels({ le: String(bound) })} ${sum}`;
    });
    return [
      ...buckets,
      `${PREFIX}_publish_latency_seconds_sum ${this.#latencySum}`,
      `${PREFIX}_publish_latency_seconds_count ${this.#latencyCount}`,
    ];
  }
}

const UNITS: Record<string, string> = { JournalBytes: 'Bytes', JournalAge: 'Seconds', PublishLatency: 'Milliseconds' };

/** One line of CloudWatch's embedded metric format. */
function embeddedLine(
  namespace: string,
  now: number,
  dimensions: Record<string, string>,
  values: Record<string, number | number[]>,
): string {
  const metrics = Object.keys(values).map((Name) => ({ Name, Unit: UNITS[Name] ?? 'Count' }));
  const directive = { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: metrics };
  return JSON.stringify({ _aws: { Timestamp: now, CloudWatchMetrics: [directive] }, ...dimensions, ...values });
}

function labels(values: Record<string, string>): string {
  const pairs = Object.entries(values).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
  );
  return `{${pairs.join(',')}}`;
}

function zeros(): Counters {
  return Object.fromEntries(Object.keys(COUNTERS).map((name) => [name, 0])) as Counters;
}
