import { Duration, Fn, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  type IMetric,
  Metric,
  TextWidget,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventBus, IRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AriNode } from '../ari/node.ts';
import { Alarms, type AlarmText, CONNECTOR_NAMESPACE, type ConnectorMetric, connectorMetrics } from './alarm.ts';
import { connectorRows, graph } from './connector-graphs.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { LeftoverQueue } from './leftover-queue.ts';

/** The monitored parts of a call handler. */
export interface WatchedHandler {
  function: IFunction;
  /** The rules that invoke it, all on one bus. */
  rules: readonly IRule[];
  bus: IEventBus;
  /** The queue of events that it did not handle. */
  deadLetters: DeadLetterQueue;
}

/** The monitored parts of a flow: those of its dispatcher, and the flow itself. */
export interface WatchedFlow extends WatchedHandler {
  /** The durable function. */
  flow: IFunction;
}

export interface MonitoringProps {
  /**
   * The Asterisk servers of the connector, which is monitored by its metrics, wherever it runs.
   * @default it is not monitored
   */
  nodes?: readonly AriNode[] | undefined;
  /** The CloudWatch namespace of the connector's metrics, its `METRICS_NAMESPACE`. @default AriEventBridge */
  metricsNamespace?: string | undefined;
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
/** The same for an event that waits for a function. */
const EVENT_AGE_SECONDS = 30;
/**
 * Up to so many apps of all nodes, each has an alarm of its own, and each node one for its certificate. Beyond, one alarm
 * watches all: an alarm costs, and a stack has 500 resources. The metrics stay those of each app and node.
 */
const WATCHED_APPS = 30;
/** Of some 900 requests of a connector in five minutes. */
const TABLE_FAILURES = 100;
/** What an alarm widget shows at the most. */
const ALARMS_PER_WIDGET = 100;

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
  readonly #metric: ConnectorMetric;
  /** The alarms of each widget. */
  readonly #lists: Alarm[][] = [];

  constructor(scope: Construct, id: string, props: MonitoringProps = {}) {
    super(scope, id);
    const { nodes = [], runbookUrl = 'docs/runbook.md', metricsNamespace: namespace = CONNECTOR_NAMESPACE } = props;
    this.#metric = connectorMetrics(namespace);
    this.#alarms = new Alarms(props.topic, runbookUrl);
    if (props.dashboard ?? true) {
      this.dashboard = new Dashboard(this, 'Dashboard', { defaultInterval: Duration.hours(3) });
      const markdown = `# ${Stack.of(this).stackName}\nAlarms are explained in the runbook: ${runbookUrl}`;
      this.dashboard.addWidgets(new TextWidget({ markdown, width: 24, height: 2 }));
    }
    if (nodes.length > 0) this.#watchConnector(nodes);
    if (nodes.length > 0) for (const row of connectorRows(nodes, namespace)) this.dashboard?.addWidgets(...row);
  }

  /**
   * Alarms of a call handler, and its row on the dashboard. `CallHandlerProps.monitoring` calls it.
   *
   * @param id the handler's name in alarms and on the dashboard
   */
  watchHandler(id: string, { function: fn, rules, bus, deadLetters }: WatchedHandler): void {
    this.#add(`${id}-Errors`, {
      metric: fn.metricErrors({ period: FIVE_MINUTES, statistic: 'Sum' }),
      means: `${id} failed on call events.`,
      section: 'handler-errors',
      threshold: 1,
    });
    this.#add(`${id}-Throttles`, {
      metric: fn.metricThrottles({ period: FIVE_MINUTES, statistic: 'Sum' }),
      means: `${id} got more events at the same time than its concurrency, or the account's, allows: callers wait.`,
      section: 'handler-throttles',
      threshold: 1,
    });
    this.#add(`${id}-Late`, {
      metric: ofFunction('AsyncEventAge', fn, 'Maximum'),
      means: `An event waited for ${id} for ${EVENT_AGE_SECONDS} seconds or more.`,
      section: 'handler-late',
      threshold: EVENT_AGE_SECONDS * 1000,
    });
    for (const [name, metric] of Object.entries(losses(fn, rules, bus))) {
      this.#add(`${id}-${name}`, {
        metric,
        means: `Events for ${id} were lost: they were dropped, or their dead-letter queue did not accept them.`,
        section: 'handler-lost',
        threshold: 1,
      });
    }
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

  /**
   * Alarms of a flow and its dispatcher, and its rows on the dashboard. `CallFlowProps.monitoring` calls it.
   *
   * @param id the flow's name in alarms and on the dashboard
   */
  watchFlow(id: string, { flow, ...dispatcher }: WatchedFlow): void {
    this.watchHandler(id, dispatcher);
    this.#add(`${id}-FlowFailed`, {
      metric: ofFunction('DurableExecutionFailed', flow, 'Sum'),
      means: `${id} failed on a call, which went to its fallback or was hung up.`,
      section: 'flow-failed',
      threshold: 1,
    });
    this.#add(`${id}-FlowTimedOut`, {
      metric: ofFunction('DurableExecutionTimedOut', flow, 'Sum'),
      means: `${id} did not end within its execution time-out.`,
      section: 'flow-timed-out',
      threshold: 1,
    });
    this.#add(`${id}-FlowThrottles`, {
      metric: flow.metricThrottles({ period: FIVE_MINUTES, statistic: 'Sum' }),
      means: `${id} went on for more calls at the same time than its concurrency, or the account's, allows: callers wait.`,
      section: 'handler-throttles',
      threshold: 1,
    });
    this.dashboard?.addWidgets(
      graph(`${id}: flows`, [
        ofFunction('DurableExecutionStarted', flow, 'Sum'),
        ofFunction('DurableExecutionFailed', flow, 'Sum'),
        ofFunction('DurableExecutionTimedOut', flow, 'Sum'),
      ]),
      graph(`${id}: flow invocations, errors`, [
        flow.metricInvocations({ statistic: 'Sum' }),
        flow.metricErrors({ statistic: 'Sum' }),
      ]),
      graph(`${id}: flow invocation duration (ms)`, [
        flow.metricDuration({ statistic: 'p50', label: 'p50' }),
        flow.metricDuration({ statistic: 'p99', label: 'p99' }),
      ]),
    );
  }

  /** Adds an alarm for any message in a dead-letter queue. */
  watchDeadLetters(id: string, queue: DeadLetterQueue): void {
    this.#add(`${id}-DeadLetters`, {
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      means: `Events were not handled and are in the dead-letter queue of ${id}, for 14 days.`,
      section: 'dead-letters',
      threshold: 1,
    });
  }

  /** Adds an alarm for events of a stopped connector that no connector publishes. */
  watchLeftovers(id: string, queue: LeftoverQueue): void {
    this.#add(`${id}-Leftovers`, {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES, statistic: 'Maximum' }),
      means: 'Events that a stopped connector could not publish have waited in its queue for 5 minutes or more.',
      section: 'events-left-behind',
      threshold: FIVE_MINUTES.toSeconds(),
    });
  }

  /** The list of a widget grows as handlers are added, until it is full. */
  #add(id: string, text: AlarmText): void {
    const alarm = this.#alarms.add(this, id, text);
    const list = this.#lists.at(-1);
    if (list !== undefined && list.length < ALARMS_PER_WIDGET) {
      list.push(alarm);
      return;
    }
    const alarms = [alarm];
    this.#lists.push(alarms);
    this.dashboard?.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 4 }));
  }

  #watchConnector(nodes: readonly AriNode[]): void {
    if (nodes.flatMap(({ apps }) => apps).length > WATCHED_APPS) this.#watchFleet(nodes);
    else this.#watchEach(nodes);
    this.#watchProcess();
  }

  #watchFleet(nodes: readonly AriNode[]): void {
    this.#add('NotConnected', {
      // Two connectors overlap in a deployment: the new one has taken over the apps of the other.
      metric: this.#metric('AppsNotConnected', 'Minimum'),
      means: 'No connector is subscribed to some app of some node: its calls are not handled.',
      section: 'node-not-connected',
      threshold: 1,
      periods: 3,
      missing: TreatMissingData.BREACHING,
    });
    if (nodes.some(({ url }) => url.startsWith('https:'))) {
      this.#add('CertificateExpires', {
        metric: this.#metric('LeastCertificateDays', 'Minimum', {}, Duration.hours(1)),
        means: `The certificate of some node expires in less than ${CERTIFICATE_DAYS} days; then neither the connector nor handlers can connect.`,
        section: 'certificate-expires',
        threshold: CERTIFICATE_DAYS,
        below: true,
      });
    }
  }

  #watchEach(nodes: readonly AriNode[]): void {
    for (const { name, url, apps } of nodes) {
      for (const App of apps) {
        this.#add(`NotConnected-${name}-${App}`, {
          // Two connectors overlap in a deployment: one of them has the app.
          metric: this.#metric('Connected', 'Maximum', { Node: name, App }),
          means: `No connector is subscribed to the app ${App} of ${name}: its calls are not handled.`,
          section: 'node-not-connected',
          threshold: 1,
          below: true,
          periods: 3,
          missing: TreatMissingData.BREACHING,
        });
      }
      if (!url.startsWith('https:')) continue;
      this.#add(`CertificateExpires-${name}`, {
        metric: this.#metric('CertificateDays', 'Minimum', { Node: name }, Duration.hours(1)),
        means: `The certificate of ${name} expires in less than ${CERTIFICATE_DAYS} days; then neither the connector nor handlers can connect.`,
        section: 'certificate-expires',
        threshold: CERTIFICATE_DAYS,
        below: true,
      });
    }
  }

  #watchProcess(): void {
    this.#add('JournalAge', {
      metric: this.#metric('JournalAge', 'Maximum'),
      means: `Events have waited for EventBridge for ${JOURNAL_AGE_SECONDS} seconds or more.`,
      section: 'journal-age',
      threshold: JOURNAL_AGE_SECONDS,
      periods: 3,
    });
    this.#add('EventsRejected', {
      metric: this.#metric('EventsRejected', 'Sum', {}, FIVE_MINUTES),
      means: 'The connector received a message that is not an event, or EventBridge refused events finally.',
      section: 'events-rejected',
      threshold: 1,
    });
    this.#add('EventsDropped', {
      metric: this.#metric('EventsDropped', 'Sum', {}, FIVE_MINUTES),
      means: 'Events were lost: the journal was full or damaged, or the connector was stopped while they waited.',
      section: 'events-dropped',
      threshold: 1,
    });
    this.#add('TableFailures', {
      metric: this.#metric('TableFailures', 'Sum', {}, FIVE_MINUTES),
      means:
        'The table that connectors share does not answer: a standby does not see a connector that has stopped working.',
      section: 'state-table-fails',
      threshold: TABLE_FAILURES,
    });
    this.#add('CallsRescued', {
      metric: this.#metric('CallsRescued', 'Sum', {}, FIVE_MINUTES),
      means: 'No handler claimed a call in time: Asterisk has taken it out of its app.',
      section: 'calls-rescued',
      threshold: 1,
    });
  }
}

/** A metric of asynchronous invocations that `IFunction` has no method for. */
function ofFunction(metricName: string, fn: IFunction, statistic: string): Metric {
  const dimensionsMap = { FunctionName: fn.functionName };
  return new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap, statistic, period: FIVE_MINUTES });
}

/** Metrics of events that neither a function nor its dead-letter queue has got, by the names of their alarms. */
function losses(fn: IFunction, rules: readonly IRule[], bus: IEventBus): Record<string, IMetric> {
  const ofRules = rules.map(({ ruleArn }, index) => {
    // CloudFormation's Ref of a rule on a bus that is not the default one is `bus|rule`.
    const RuleName = Fn.select(2, Fn.split('/', ruleArn));
    const dimensionsMap = { EventBusName: bus.eventBusName, RuleName };
    const metricName = 'InvocationsFailedToBeSentToDlq';
    const metric = new Metric({
      namespace: 'AWS/Events',
      metricName,
      dimensionsMap,
      statistic: 'Sum',
      period: FIVE_MINUTES,
    });
    return [`Undelivered${index === 0 ? '' : index + 1}`, metric];
  });
  return {
    Dropped: ofFunction('AsyncEventsDropped', fn, 'Sum'),
    NotKept: ofFunction('DestinationDeliveryFailures', fn, 'Sum'),
    ...Object.fromEntries(ofRules),
  };
}
