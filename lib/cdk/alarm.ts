import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Where the connector's figures are (`connector/metrics.ts`). */
export const CONNECTOR_NAMESPACE = 'AriEventBridge';

/** One of the connector's figures. */
export function connectorMetric(
  metricName: string,
  statistic: string,
  dimensionsMap: Record<string, string> = {},
  period = Duration.minutes(1),
): Metric {
  return new Metric({ namespace: CONNECTOR_NAMESPACE, metricName, statistic, dimensionsMap, period });
}

/** What is worth waking somebody for. */
export interface AlarmText {
  metric: IMetric;
  /** A sentence: what it means. */
  means: string;
  /** The section of the runbook that says what to do. */
  section: string;
  /** Alarms from here on, or below it with `below`. */
  threshold: number;
  /** @default false */
  below?: boolean;
  /** How many of the metric's periods in a row. @default 1 */
  periods?: number;
  /** What no figure means. @default all is well */
  missing?: TreatMissingData;
}

/** Makes alarms that say what they mean and where it is written what to do. */
export class Alarms {
  readonly all: Alarm[] = [];
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
    this.all.push(alarm);
    return alarm;
  }
}
