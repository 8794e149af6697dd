import { type CompiledPatterns, compile, InvalidEventException } from '../../events/pattern/index.ts';
import type { LocalDeployment, LocalRule } from '../template/index.ts';
import { ACCOUNT, busNameOf, REGION } from '../template/index.ts';
import { type BusEvent, type PutEntry, type PutResult, textOf } from './bus-event.ts';
import type { Delivery } from './deliveries.ts';
import { eventOf, malformed } from './put-entry.ts';

export interface BusObserver {
  /** An event is on a bus. */
  onEvent(event: BusEvent, busName: string, matched: readonly LocalRule[], rules: readonly LocalRule[]): void;
  /** An event is to be delivered to a target. */
  deliver(delivery: Delivery): void;
}

/** How an event came onto the bus. */
export interface Arrival {
  /** X-Ray's header. */
  traceId?: string;
  /** How many times it was forwarded from another bus. @default 0 */
  hops?: number;
  /** ARNs of the only rules that are to see it. @default all of the bus */
  onlyRules?: readonly string[];
}

/** Accepts events, and finds the targets of the rules that match. */
export class Bus {
  #buses = new Map<string, { rules: readonly LocalRule[]; patterns: CompiledPatterns }>();
  readonly #observer: BusObserver;
  #place = { account: ACCOUNT, region: REGION };

  constructor(observer: BusObserver) {
    this.#observer = observer;
  }

  /** Replaces the buses, besides `default`, and their rules. */
  apply(
    busNames: readonly string[],
    rules: readonly LocalRule[],
    { account, region }: Pick<LocalDeployment, 'account' | 'region'> = this.#place,
  ): void {
    this.#place = { account, region };
    this.#buses = new Map(
      ['default', ...busNames].map((name) => {
        const own = rules.filter(({ busName }) => busName === name);
        return [name, { rules: own, patterns: compile(own.map(({ pattern }) => pattern)) }];
      }),
    );
  }

  has(busName: string): boolean {
    return this.#buses.has(busName);
  }

  /**
   * Puts one entry of a PutEvents request on its bus.
   *
   * @param traceHeader the request's own, for entries without one
   */
  put(entry: PutEntry, traceHeader = ''): PutResult {
    const event = eventOf(entry, this.#place);
    if ('ErrorCode' in event) return event;
    const busName = busNameOf(entry.EventBusName ?? 'default');
    // EventBridge reports success for a missing bus; local mode returns an error.
    if (!this.#buses.has(busName)) {
      return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${busName} does not exist.` };
    }
    try {
      this.publish(busName, event, { traceId: entry.TraceHeader ?? traceHeader });
      return { EventId: event.id };
    } catch (error) {
      // Nested more deeply than EventBridge's matcher reads.
      if (error instanceof InvalidEventException) return malformed();
      throw error;
    }
  }

  publish(busName: string, event: BusEvent, { traceId = '', hops = 0, onlyRules }: Arrival = {}): void {
    const bus = this.#buses.get(busName);
    if (!bus) throw new Error(`No bus ${busName}`);
    const ingested = new Date();
    const matched = bus.patterns
      .matching(textOf(event))
      .map((index) => bus.rules[index] as LocalRule)
      .filter(({ arn }) => !onlyRules || onlyRules.includes(arn));
    this.#observer.onEvent(event, busName, matched, bus.rules);
    for (const rule of matched) {
      for (const target of rule.targets) this.#observer.deliver({ event, rule, target, ingested, traceId, hops });
    }
  }
}
