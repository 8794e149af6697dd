import { invalid } from './errors.ts';
import type { HistoryEvent, Operation, OperationUpdate, StatePage } from './wire.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

/** The operations of one execution in the order of their start, and its history. */
export class OperationLog {
  readonly #operations = new Map<string, Operation>();
  readonly #events: HistoryEvent[] = [];
  readonly #now: () => Date;
  /** Operations that changed since the function last read the state. */
  #changed = new Set<string>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  get operations(): ReadonlyMap<string, Operation> {
    return this.#operations;
  }

  get history(): readonly HistoryEvent[] {
    return this.#events;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** Puts an operation in place of the one with its id. */
  put(operation: Operation): void {
    this.#operations.set(operation.Id, operation);
    this.#changed.add(operation.Id);
  }

  /** Whether something still has to happen to an operation without the function: a wait, a retry, a callback, an invocation. */
  get hasOpen(): boolean {
    return [...this.#operations.values()].some(
      ({ Type, Status }) =>
        (Type === 'STEP' && (Status === 'PENDING' || Status === 'READY')) ||
        (Status === 'STARTED' && (Type === 'WAIT' || Type === 'CALLBACK' || Type === 'CHAINED_INVOKE')),
    );
  }

  /** @returns the operations that changed since the last call */
  takeChanges(): Operation[] {
    const changed = [...this.#changed].flatMap((id) => this.#operations.get(id) ?? []);
    this.#changed = new Set();
    return changed;
  }

  /** Adds a line of history. `details` go under the event's type: `WaitStarted` has `WaitStartedDetails`. */
  record(type: string, of: Operation | OperationUpdate | undefined, details: Record<string, unknown>): void {
    this.#events.push({
      ...{ EventType: type, EventId: this.#events.length + 1, EventTimestamp: this.#now() },
      ...(of && { Id: of.Id, ParentId: of.ParentId, Name: of.Name, SubType: of.SubType }),
      [`${type}Details`]: details,
    });
  }

  /**
   * @param marker `NextMarker` of the page before; empty for the first
   * @param maxItems 0 for 100
   * @throws InvalidParameterValueException
   */
  page(marker = '', maxItems = 0): StatePage {
    if (!Number.isInteger(maxItems) || maxItems < 0 || maxItems > MAX_PAGE) {
      throw invalid(`Expected MaxItems to be an integer from 0 to ${MAX_PAGE}, got ${maxItems}.`);
    }
    const ids = [...this.#operations.keys()];
    const start = marker === '' ? 0 : ids.indexOf(marker) + 1;
    if (marker !== '' && start === 0) throw invalid('Invalid Marker.');
    const visible = ids.slice(start).filter((id) => this.#isVisible(id));
    const shown = visible.slice(0, maxItems || DEFAULT_PAGE);
    return {
      Operations: shown.map((id) => this.#operations.get(id) as Operation),
      ...(shown.length < visible.length && { NextMarker: shown.at(-1) }),
    };
  }

  /** A context that has ended hides what ran in it, unless it asked to replay that. */
  #isVisible(id: string): boolean {
    const parent = this.#operations.get(this.#operations.get(id)?.ParentId ?? '');
    if (!parent) return true;
    const ended = parent.Status === 'SUCCEEDED' || parent.Status === 'FAILED';
    return (!ended || parent.ContextDetails?.ReplayChildren === true) && this.#isVisible(parent.Id);
  }
}
