/** A stay whose `StasisStart` is on the bus, and its `StasisEnd` is not. */
export interface AnnouncedStay {
  channelId: string;
  app: string;
  /** The stay's id. */
  stay: string;
  /** The channel as its `StasisStart` showed it. */
  snapshot: Record<string, unknown>;
}

/** What earlier connectors have left to know of a node. */
export interface NodeHistory {
  /** False where no connector has served the node before. */
  isServed: boolean;
  stays: AnnouncedStay[];
  /** By app, the connector that had it last. */
  holders: ReadonlyMap<string, string>;
}

/** What a connector knows of the other ones, beside the names that they register in Asterisk. */
export interface OtherConnectors {
  /**
   * Whether another connector works for a node: it runs, Asterisk answers it, and the bus accepts its entries.
   *
   * @returns undefined where that is not known
   */
  works(instance: string, node: string): boolean | undefined;
  /**
   * Whether another connector has published everything that it has read.
   *
   * @param after only what it said later than this counts, by this process's monotonic clock in milliseconds
   * @returns undefined where that is not known yet; `lost` where it ended before
   */
  published(instance: string, after: number): 'published' | 'lost' | undefined;
}
