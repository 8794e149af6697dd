import { GraphWidget, type IMetric, type IWidget, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { AriNode } from '../ari/node.ts';
import { connectorMetrics } from './alarm.ts';

/** How many apps a graph shows without a search. */
const GRAPHED_APPS = 100;

/** The dashboard's rows of the connector, ordered from what callers notice to what only the operator sees. */
export function connectorRows(nodes: readonly AriNode[], namespace: string): IWidget[][] {
  const connectorMetric = connectorMetrics(namespace);
  const search = searchIn(namespace);
  // A graph has a limit of metrics, and the body of a dashboard one of size: a search finds them when it is shown.
  const searched = nodes.flatMap(({ apps }) => apps).length > GRAPHED_APPS;
  const perApp = (metricName: string, statistic: string): IMetric[] =>
    searched
      ? [search(['Node', 'App'], metricName, statistic)]
      : nodes.flatMap(({ name, apps }) =>
          apps.map((App) =>
            connectorMetric(metricName, statistic, { Node: name, App }).with({ label: `${name} ${App}` }),
          ),
        );
  const secure = nodes.filter(({ url }) => url.startsWith('https:'));
  const days =
    searched && secure.length > 0
      ? [search(['Node'], 'CertificateDays', 'Minimum')]
      : secure.map(({ name }) => connectorMetric('CertificateDays', 'Minimum', { Node: name }).with({ label: name }));
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

/** Metrics of all nodes, found by the names of their dimensions. */
function searchIn(namespace: string) {
  return (dimensions: readonly string[], metricName: string, statistic: string): IMetric =>
    new MathExpression({
      expression: `SEARCH('{${[namespace, ...dimensions].join(',')}} MetricName="${metricName}"', '${statistic}', 60)`,
      usingMetrics: {},
      label: '',
    });
}

/** A third of a row. */
export function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6, leftYAxis: { min: 0 } });
}
