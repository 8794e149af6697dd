import { Duration, Stack } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AriNode } from '../ari/node.ts';
import { Alarms, connectorMetric } from './alarm.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { LeftoverQueue } from './leftover-queue.ts';

/** The monitored parts of a call handler. */
export interface WatchedHandler {
  function: IFunction;
  /** The queue of events that it did not handle. */
  deadLetters: DeadLetterQueue;
}

export interface MonitoringProps {
  /**
   * The Asterisk servers of the connector, which is monitored by its metrics, wherever it runs.
   * @default it is not monitored
   */
  nodes?: readonly AriNode[] | undefined;
  /** Where alarms and their ends are sent. @default nowhere: they are visible in CloudWatch */
  topic?: ITopic | undefined;
  /** URL of the runbook, for the links in alarms. @default docs/runbook.md, its path in this project */
  runbookUrl?: string | undefined;
  /** Whether to create a dashboard. @default true */
  dashboard?: boolean;
}

const FIVE_MINUTES = Duration.minutes(5);
/** Enough time for a renewal that has to be ordered, paid or signed. */
const CERTIFICATE_DAYS = 21;
/** An event that waits longer is too late for its caller. */
const JOURNAL_AGE_SECONDS = 30;

/**
 * Monitors the connector and call handlers: alarms whose descriptions link to what to do, and a dashboard.
 *
 * @example
 * const monitoring = new Monitoring(this, 'Monitoring', { nodes, topic });
 * new CallHandler(this, 'IntroIvr', { entry, bus, pattern, nodes: users, monitoring });
 */
export class Monitoring extends Construct {
  /** `undefined` with `dashboard: false`. */
  readonly dashboard: Dashboard | undefined;
  readonly #alarms: Alarms;

  constructor(scope: Construct, id: string, props: MonitoringProps = {}) {
    super(scope, id);
    const { nodes = [], runbookUrl = 'docs/runbook.md' } = props;
    this.#alarms = new Alarms(props.topic, runbookUrl);
    if (nodes.length > 0) this.#watchConnector(nodes);
    if (!(props.dashboard ?? true)) return;
    this.dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(3) });
    const markdown = `# ${Stack.of(this).stackName}\nAlarms are explained in the runbook: ${runbookUrl}`;
    this.dashboard.addWidgets(new TextWidget({ markdown, width: 24, height: 2 }));
    // The list grows as handlers are added.
    this.dashboard.addWidgets(
      new AlarmStatusWidget({ title: 'Alarms', alarms: this.#alarms.all, width: 24, height: 4 }),
    );
    if (nodes.length > 0) for (const row of connectorRows(nodes)) this.dashboard.addWidgets(...row);
  }

  /**
   * Alarms of a call handler, and its row on the dashboard. `CallHandlerProps.monitoring` calls it.
   *
   * @param id the handler's name in alarms and on the dashboard
   */
  watchHandler(id: string, { function: fn, deadLetters }: WatchedHandler): void {
    this.#alarms.add(this, `${id}-Errors`, {
      metric: fn.metricErrors({ period: FIVE_MINUTES, statistic: 'Sum' }),
      means: `${id} failed on call events. Lambda retries each of them twice.`,
      section: 'handler-errors',
      threshold: 1,
    });
    this.#alarms.add(this, `${id}-Throttles`, {
      metric: fn.metricThrottles({ period: FIVE_MINUTES, statistic: 'Sum' }),
      means: `${id} got more events at the same time than its reserved concurrency allows: callers wait.`,
      section: 'handler-throttles',
      threshold: 1,
    });
    this.watchDeadLetters(id, deadLetters);
    this.dashboard?.addWidgets(
      graph(`${id}: events, errors, throttles`, [
        fn.metricInvocations({ statistic: 'Sum' }),
        fn.metricErrors({ statistic: 'Sum' }),
        fn.metricThrottles({ statistic: 'Sum' }),
      ]),
      graph(`${id}: duration (ms)`, [
        fn.metricDuration({ statistic: 'p50', label: 'p50' }),
        fn.metricDuration({ statistic: 'p99', label: 'p99' }),
      ]),
      graph(`${id}: dead letters`, [deadLetters.metricApproximateNumberOfMessagesVisible()]),
    );
  }

  /** Adds an alarm for any message in a dead-letter queue. */
  watchDeadLetters(id: string, queue: DeadLetterQueue): void {
    this.#alarms.add(this, `${id}-DeadLetters`, {
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      means: `Events were not handled and are in the dead-letter queue of ${id}, for 14 days.`,
      section: 'dead-letters',
      threshold: 1,
    });
  }

  /** Adds an alarm for events of a stopped connector that no connector publishes. */
  watchLeftovers(id: string, queue: LeftoverQueue): void {
    this.#alarms.add(this, `${id}-Leftovers`, {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      means: 'Events that a stopped connector could not publish have waited in its queue for 5 minutes or more.',
      section: 'events-left-behind',
      threshold: FIVE_MINUTES.toSeconds(),
    });
  }

  #watchConnector(nodes: readonly AriNode[]): void {
    for (const { name, url, apps } of nodes) {
      for (const App of apps) {
        this.#alarms.add(this, `NotConnected-${name}-${App}`, {
          // Two connectors overlap in a deployment: one of them has the app.
          metric: connectorMetric('Connected', 'Maximum', { Node: name, App }),
          means: `No connector is subscribed to the app ${App} of ${name}: its calls are not handled.`,
          section: 'node-not-connected',
          threshold: 1,
          below: true,
          periods: 3,
          missing: TreatMissingData.BREACHING,
        });
      }
      if (!url.startsWith('https:')) continue;
      this.#alarms.add(this, `CertificateExpires-${name}`, {
        metric: connectorMetric('CertificateDays', 'Minimum', { Node: name }, Duration.hours(1)),
        means: `The certificate of ${name} expires in less than ${CERTIFICATE_DAYS} days; then neither the connector nor handlers can connect.`,
        section: 'certificate-expires',
        threshold: CERTIFICATE_DAYS,
        below: true,
      });
    }
    this.#alarms.add(this, 'JournalAge', {
      metric: connectorMetric('JournalAge', 'Maximum'),
      means: `Events have waited for EventBridge for ${JOURNAL_AGE_SECONDS} seconds or more.`,
      section: 'journal-age',
      threshold: JOURNAL_AGE_SECONDS,
      periods: 3,
    });
    this.#alarms.add(this, 'EventsRejected', {
      metric: connectorMetric('EventsRejected', 'Sum', {}, FIVE_MINUTES),
      means: 'The connector received a message that is not an event, or EventBridge refused events finally.',
      section: 'events-rejected',
      threshold: 1,
    });
    this.#alarms.add(this, 'EventsDropped', {
      metric: connectorMetric('EventsDropped', 'Sum', {}, FIVE_MINUTES),
      means: 'Events were lost: the journal was full or damaged, or the connector was stopped while they waited.',
      section: 'events-dropped',
      threshold: 1,
    });
    this.#alarms.add(this, 'CallsRescued', {
      metric: connectorMetric('CallsRescued', 'Sum', {}, FIVE_MINUTES),
      means: 'No handler claimed a call in time: Asterisk has taken it out of its app.',
      section: 'calls-rescued',
      threshold: 1,
    });
  }
}

/** Ordered from what callers notice to what only the operator sees. */
function connectorRows(nodes: readonly AriNode[]): IWidget[][] {
  const perApp = (metricName: string, statistic: string): IMetric[] =>
    nodes.flatMap(({ name, apps }) =>
      apps.map((App) => connectorMetric(metricName, statistic, { Node: name, App }).with({ label: `${name} ${App}` })),
    );
  const days = nodes
    .filter(({ url }) => url.startsWith('https:'))
    .map(({ name }) => connectorMetric('CertificateDays', 'Minimum', { Node: name }).with({ label: name }));
  return [
    [
      graph('Connected (1) or not (0)', perApp('Connected', 'Maximum')),
      graph('Events read', perApp('EventsRead', 'Sum')),
      graph('Lost: rejected, dropped; gaps; rescued calls', [
        connectorMetric('CallsRescued', 'Sum'),
        connectorMetric('EventsRejected', 'Sum'),
        connectorMetric('EventsDropped', 'Sum'),
        connectorMetric('Gaps', 'Sum'),
      ]),
    ],
    [
      graph('Journal: age of the oldest event (s)', [connectorMetric('JournalAge', 'Maximum')]),
      graph('From the socket to the bus (ms)', [
        connectorMetric('PublishLatency', 'p50').with({ label: 'p50' }),
        connectorMetric('PublishLatency', 'p99').with({ label: 'p99' }),
      ]),
      days.length > 0
        ? graph('Certificates: days left', days)
        : graph('Journal: events', [connectorMetric('JournalDepth', 'Maximum')]),
    ],
  ];
}

/** A third of a row. */
function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });
}
