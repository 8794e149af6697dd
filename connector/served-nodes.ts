import type { NodeLink } from './asterisk/index.ts';
import type { EventOrigin } from './call-records.ts';
import type { Gauges } from './metrics.ts';
import type { Rescues } from './rescues.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A node and the link to it. */
export interface ServedNode {
  origin: EventOrigin;
  link: NodeLink;
  rescues: Rescues;
}

/** The nodes that a connector serves. */
export class ServedNodes {
  readonly #nodes = new Map<string, ServedNode>();

  add(node: ServedNode): void {
    this.#nodes.set(node.origin.name, node);
  }

  get(name: string): ServedNode | undefined {
    return this.#nodes.get(name);
  }

  get all(): Iterable<ServedNode> {
    return this.#nodes.values();
  }

  /** The names of those nodes for which it is true. */
  where(holds: (node: ServedNode) => boolean): string[] {
    return [...this.#nodes.values()].filter(holds).map(({ origin }) => origin.name);
  }

  /** Whether all are ready, and by node `connected` or why it is not. */
  get status(): { ready: boolean; nodes: Record<string, string> } {
    const statuses = [...this.#nodes].map(([name, { link }]) => [name, link.status] as const);
    return {
      ready: statuses.every(([, { ready }]) => ready),
      nodes: Object.fromEntries(statuses.map(([name, { says }]) => [name, says])),
    };
  }

  get gauges(): Pick<Gauges, 'connected' | 'certificates'> {
    const nodes = [...this.#nodes.values()];
    return {
      connected: nodes.flatMap(({ origin, link }) => {
        const { connectedApps: connected, heldByOthers: held } = link;
        return [...origin.apps].map((app) => ({
          node: origin.name,
          app,
          value: connected.includes(app),
          standsBy: held.includes(app),
        }));
      }),
      certificates: nodes.flatMap(({ origin, link }) => {
        const expires = link.certificateExpires;
        return expires === undefined ? [] : [{ node: origin.name, days: (expires - Date.now()) / DAY_MS }];
      }),
    };
  }

  /** Closes the links; resolves when every event that Asterisk sent over them is read. */
  async stop(): Promise<void> {
    for (const { rescues } of this.#nodes.values()) rescues.stop();
    await Promise.all([...this.#nodes.values()].map(({ link }) => link.stop()));
  }
}
