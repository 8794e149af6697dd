import { Fifo } from './fifo.ts';

/** Whether a lane's records were read just now, or waited on disk. */
type Arrival = 'live' | 'backlog';

/** What decides the turn of a lane. */
export interface ReadyLane {
  node: string;
  arrival: Arrival;
}

interface NodeLanes<L> {
  /** Whether it has a place among the turns. */
  hasTurn: boolean;
  live: Fifo<L>;
  backlog: Fifo<L>;
}

/**
 * Lanes whose next record may be sent. The nodes take turns, a lane each, so that a busy node does not delay another. Where
 * the bus takes only the first entries of a request, the turns alone are not enough: with ten entries a request and two
 * nodes, the same one would always be first. So nodes of which nothing was accepted come first in the next request.
 */
export class ReadyLanes<L extends ReadyLane> {
  readonly #nodes = new Map<string, NodeLanes<L>>();
  /** Some have no ready lane any more. */
  readonly #turns = new Fifo<NodeLanes<L>>();
  /** Nodes that come before others, the longest waiting one first. */
  readonly #next = new Set<NodeLanes<L>>();
  #lanes = 0;

  get isEmpty(): boolean {
    return this.#lanes === 0;
  }

  /** Adds a lane behind its node's others. */
  push(lane: L): void {
    this.#of(lane.node)[lane.arrival].push(lane);
    this.#lanes += 1;
  }

  /**
   * Adds lanes before the others of their nodes, in their order: where the bus takes only the first entries of a request, a lane
   * that loses its place would never be first.
   *
   * @param isNext whether the node comes before others, at its next turn
   */
  putBack(lanes: readonly L[], isNext: (node: string) => boolean): void {
    for (const lane of lanes.toReversed()) this.#of(lane.node)[lane.arrival].unshift(lane);
    for (const { node } of lanes) if (isNext(node)) this.#next.add(this.#of(node));
    this.#lanes += lanes.length;
  }

  /** The lane that `take` would return. */
  peek(first: Arrival): L | undefined {
    const node = this.#first();
    return node?.[arrivalOf(node, first)].peek();
  }

  /** @param first which of a node's lanes come before its others */
  take(first: Arrival): L | undefined {
    const node = this.#first();
    if (!node) return undefined;
    if (!this.#next.delete(node)) {
      this.#turns.shift();
      this.#turns.push(node);
    }
    this.#lanes -= 1;
    return node[arrivalOf(node, first)].shift();
  }

  /** The node whose turn it is. */
  #first(): NodeLanes<L> | undefined {
    for (const node of this.#next) return node;
    for (let node = this.#turns.peek(); node; node = this.#turns.peek()) {
      if (node.live.length + node.backlog.length > 0) return node;
      this.#turns.shift();
      node.hasTurn = false;
    }
    return undefined;
  }

  #of(name: string): NodeLanes<L> {
    let node = this.#nodes.get(name);
    if (!node) {
      node = { hasTurn: false, live: new Fifo(), backlog: new Fifo() };
      this.#nodes.set(name, node);
    }
    if (!node.hasTurn) this.#turns.push(node);
    node.hasTurn = true;
    return node;
  }
}

function arrivalOf<L>(node: NodeLanes<L>, first: Arrival): Arrival {
  const other = first === 'live' ? 'backlog' : 'live';
  return node[first].length === 0 ? other : first;
}
