import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** The CloudWatch namespace of the connector's metrics, where the connector is given none (`METRICS_NAMESPACE`). */
export const CONNECTOR_NAMESPACE = 'AriEventBridge';

/** One of the connector's metrics; its period is a minute by default. */
export type ConnectorMetric = (
  metricName: string,
  statistic: string,
  dimensions?: Record<string, string>,
  period?: Duration,
) => Metric;

/** The metrics that a connector writes in a namespace. */
export function connectorMetrics(namespace: string): ConnectorMetric {
  return (metricName, statistic, dimensionsMap = {}, period = Duration.minutes(1)) =>
    new Metric({ namespace, metricName, statistic, dimensionsMap, period });
}

/** An alarm, and what to do about it. */
export interface AlarmText {
  metric: IMetric;
  /** A sentence: what the alarm means. */
  means: string;
  /** The section of the runbook with what to do. */
  section: string;
  /** The alarm is raised from this value on, or with `below`, under it. */
  threshold: number;
  /** @default false */
  below?: boolean;
  /** How many consecutive periods of the metric. @default 1 */
  periods?: number;
  /** How missing data is treated. @default as not breaching */
  missing?: TreatMissingData;
}

/** Creates alarms whose description says what they mean and links to the runbook. */
export class Alarms {
  readonly #topic: ITopic | undefined;
  readonly #runbookUrl: string;

  constructor(topic: ITopic | undefined, runbookUrl: string) {
    this.#topic = topic;
    this.#runbookUrl = runbookUrl;
  }

  add(scope: Construct, id: string, text: AlarmText): Alarm {
    const alarm = new Alarm(scope, id, {
      metric: text.metric,
      alarmDescription: `${text.means} What to do: ${this.#runbookUrl}#${text.section}`,
      threshold: text.threshold,
      comparisonOperator: text.below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: text.periods ?? 1,
      treatMissingData: text.missing ?? TreatMissingData.NOT_BREACHING,
    });
    if (this.#topic) {
      alarm.addAlarmAction(new SnsAction(this.#topic));
      alarm.addOkAction(new SnsAction(this.#topic));
    }
    return alarm;
  }
}
