/**
 * What `bin/app.ts` deploys, for one Asterisk server unless said otherwise, that has a price by the month whatever is called.
 * `test/system/lib/cost/deployed.test.ts` holds it to the synthesized templates.
 */
export const DEPLOYED = {
  /** CloudWatch alarms on one metric each. */
  alarms: 14,
  /** Besides, for each app of each node. */
  alarmsPerApp: 1,
  dashboards: 1,
  /** Figures of CloudWatch Container Insights, where the cluster has it enabled. */
  containerInsightsMetrics: 30,
} as const satisfies Record<string, number>;
