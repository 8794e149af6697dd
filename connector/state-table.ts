/** An item of the table: its two keys, and texts and numbers. */
export interface StateItem {
  /** Whose item it is: `connectors`, or `node#` and a node's name. */
  of: string;
  /** Names it among those: a connector's id, or the id of a channel's stay. */
  item: string;
  [field: string]: string | number;
}

/** A change of the table: an item, or the keys of one that is to be removed. */
export type StateChange = { put: StateItem } | { remove: Pick<StateItem, 'of' | 'item'> };

/**
 * A table that all connectors of a deployment share, for what a successor has to know when a task and its disk are gone. It
 * may fail, or not answer: no event waits for it.
 */
export interface StateTable {
  /**
   * All items of one owner.
   *
   * @param isFresh whether what was written just before has to be among them
   * @throws where the table does not answer within seconds, or refuses
   */
  read(of: string, isFresh: boolean): Promise<StateItem[]>;
  /** @throws where the table does not answer within seconds, or refuses; some of the changes may have been made */
  write(changes: readonly StateChange[]): Promise<void>;
}
