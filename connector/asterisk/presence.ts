/**
 * Connectors find each other by names that they register in Asterisk beside their apps, on the same socket. `GET
 * /applications` lists a name exactly while its socket is open. The app's own name is not enough: while a channel is in
 * the app, Asterisk lists it even when no program is connected.
 */

/** Registered by the connector that holds the app. */
export function holderName(app: string, instance: string): string {
  return `${app}~held-by~${instance}`;
}

/** Registered by a connector that stands by for the app. */
export function standbyName(app: string, instance: string): string {
  return `${app}~standby~${instance}`;
}

/** The connectors other than `self` that hold the app, by the names that Asterisk lists. */
export function holdersOf(app: string, listed: readonly string[], self: string): string[] {
  const prefix = holderName(app, '');
  return listed
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((instance) => instance !== self && !listed.includes(standbyName(app, instance)));
}

/** Whether all connectors that held the app now stand by for it: they publish what they have read. */
export function hasHandedOver(app: string, listed: readonly string[], holders: readonly string[]): boolean {
  return holders.every((instance) => listed.includes(standbyName(app, instance)));
}
