/**
 * Connectors see each other by names that they register in Asterisk beside their apps, on the same socket. A name is
 * listed by `GET /applications` for just as long as its socket stands. The app's own name is not enough: while a
 * channel is in it, it stays listed when nobody listens any more.
 */

/** Registered by the connector that holds the app. */
export function holderName(app: string, instance: string): string {
  return `${app}~held-by~${instance}`;
}

/** Registered by a connector that has stood down for the app, and would take it back. */
export function standbyName(app: string, instance: string): string {
  return `${app}~standby~${instance}`;
}

/** The connectors, but `self`, that hold the app by what Asterisk lists. */
export function holdersOf(app: string, listed: readonly string[], self: string): string[] {
  const prefix = holderName(app, '');
  return listed
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((instance) => instance !== self && !listed.includes(standbyName(app, instance)));
}
