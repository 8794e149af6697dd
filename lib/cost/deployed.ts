/** The resources of an app with a monthly price that does not depend on calls. */
export interface Deployed {
  /** CloudWatch alarms, with one metric each, of handlers, the bus and the connector. */
  alarms: number;
  /** Additional alarms for each node. */
  alarmsPerNode: number;
  /** Additional alarms for each app of each node. */
  alarmsPerApp: number;
  dashboards: number;
  /** Whether the connector's cluster has CloudWatch Container Insights enabled. */
  containerInsights: boolean;
  /** The size of a task of the connector, and how many there are; `undefined` where the connector runs elsewhere. */
  connector: { vcpu: number; gb: number; tasks: number } | undefined;
}

/** Alarms of each call handler: errors, throttles, age of events, dead letters, and three of lost events. */
export const ALARMS_PER_HANDLER = 7;
/** Call handlers of the app that `DEPLOYED` describes: those of `bin/app.ts`. */
export const HANDLERS = 3;

/**
 * The default where no app is given: the resources of `bin/app.ts` with the example handlers. A test compares it with
 * the synthesized templates, however many handlers are added to them.
 */
export const DEPLOYED: Deployed = {
  // Beside the handlers': events that wait, were rejected, dropped or left behind by the connector, its table, rescued calls,
  // and the bus's dead letters.
  alarms: 7 + HANDLERS * ALARMS_PER_HANDLER,
  alarmsPerNode: 1,
  alarmsPerApp: 1,
  dashboards: 1,
  containerInsights: false,
  connector: { vcpu: 0.25, gb: 0.5, tasks: 2 },
};
