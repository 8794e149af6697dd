/** What an app deploys that has a price by the month whatever is called. */
export interface Deployed {
  /** CloudWatch alarms on one metric each, beside those of nodes and apps: of handlers, the bus and the connector. */
  alarms: number;
  /** Besides, for each node. */
  alarmsPerNode: number;
  /** Besides, for each app of each node. */
  alarmsPerApp: number;
  dashboards: number;
  /** Whether the connector's cluster has CloudWatch Container Insights enabled. */
  containerInsights: boolean;
  /** The size of the connector's task; `undefined` where the connector runs elsewhere. */
  connector: { vcpu: number; gb: number } | undefined;
}

/** Alarms of each call handler: errors, throttles, dead letters. */
export const ALARMS_PER_HANDLER = 3;
/** Call handlers of the app that `DEPLOYED` stands for: those of `functions/`. */
export const HANDLERS = 3;

/**
 * Taken where there is no app to count in: what `bin/app.ts` deploys with the example handlers. A test holds it to the
 * synthesized templates, however many handlers are added to them.
 */
export const DEPLOYED: Deployed = {
  // Beside the handlers': what waits, was rejected or dropped in the connector, and the bus's dead letters.
  alarms: 4 + HANDLERS * ALARMS_PER_HANDLER,
  alarmsPerNode: 1,
  alarmsPerApp: 1,
  dashboards: 1,
  containerInsights: true,
  connector: { vcpu: 0.25, gb: 0.5 },
};
