import { Fifo } from './fifo.ts';

/** Whether a lane's records were read just now, or waited on disk. */
type Arrival = 'live' | 'backlog';

/** What decides the turn of a lane. */
export interface ReadyLane {
  node: string;
  arrival: Arrival;
}

interface NodeLanes<L> {
  name: string;
  live: Fifo<L>;
  backlog: Fifo<L>;
}

/** Lanes whose next record may be sent. The nodes take turns, a lane each, so that a busy node does not delay another. */
export class ReadyLanes<L extends ReadyLane> {
  /** Nodes that have a ready lane. */
  readonly #nodes = new Map<string, NodeLanes<L>>();
  readonly #turns = new Fifo<NodeLanes<L>>();

  get isEmpty(): boolean {
    return this.#nodes.size === 0;
  }

  /** Adds a lane behind its node's others. */
  push(lane: L): void {
    this.#of(lane.node)[lane.arrival].push(lane);
  }

  /**
   * Adds a lane before its node's others.
   *
   * @param isNext whether the node comes before others that had their turn
   */
  unshift(lane: L, isNext = false): void {
    this.#of(lane.node, isNext)[lane.arrival].unshift(lane);
  }

  /** The lane that `take` would return. */
  peek(first: Arrival): L | undefined {
    return this.#turns.peek()?.[this.#arrival(first)].peek();
  }

  /** @param first which of a node's lanes come before its others */
  take(first: Arrival): L | undefined {
    const arrival = this.#arrival(first);
    const node = this.#turns.shift();
    const lane = node?.[arrival].shift();
    if (!node) return undefined;
    if (node.live.length + node.backlog.length > 0) this.#turns.push(node);
    else this.#nodes.delete(node.name);
    return lane;
  }

  #arrival(first: Arrival): Arrival {
    const other = first === 'live' ? 'backlog' : 'live';
    return this.#turns.peek()?.[first].length === 0 ? other : first;
  }

  #of(name: string, isNext = false): NodeLanes<L> {
    let node = this.#nodes.get(name);
    if (!node) {
      node = { name, live: new Fifo(), backlog: new Fifo() };
      this.#nodes.set(name, node);
      if (isNext) this.#turns.unshift(node);
      else this.#turns.push(node);
    }
    return node;
  }
}
