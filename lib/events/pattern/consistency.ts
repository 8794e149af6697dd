import type { ArrayElement, FieldValue } from './field-value.ts';
import { InvalidEventException } from './refusal.ts';

/** A field of a branch and the event's values for it. */
export interface Candidate {
  /** All its values. */
  readonly values: readonly FieldValue[];
  /** Those that satisfy it. */
  readonly fitting: readonly FieldValue[];
  readonly wantsAbsence: boolean;
}

/** How many steps are left. */
export interface Budget {
  steps: number;
}

/** The chosen element of each array for the fields so far. With each element it contains the enclosing ones. */
type Chosen = ReadonlyMap<number, ArrayElement>;

/** The steps for one event: far more than events of 1 MB with a few arrays need, and done within a second or two. */
export function newBudget(): Budget {
  return { steps: 4_000_000 };
}

/**
 * Whether one value can be chosen for each field, so that no two are in different elements of one array.
 *
 * Fields are tried in the order of their paths. The order matters where a field must be absent: it may be present in
 * elements other than those chosen so far.
 *
 * @throws InvalidEventException where the event's arrays leave too many choices
 */
export function canChoose(fields: readonly Candidate[], budget: Budget): boolean {
  return new Chooser(fields, budget).choose(0, new Map());
}

class Chooser {
  readonly #fields: readonly { wantsAbsence: boolean; all: ValueTree; fitting: ValueTree }[];
  readonly #budget: Budget;
  /** The arrays that are relevant to a field and those after it. */
  readonly #arrays: ReadonlySet<number>[] = [];
  /** The choices from which a field and those after it were tried without success. */
  readonly #failed = new Set<string>();

  constructor(fields: readonly Candidate[], budget: Budget) {
    this.#budget = budget;
    this.#fields = fields.map(({ wantsAbsence, values, fitting }) => {
      const all = new ValueTree(values, budget);
      return { wantsAbsence, all, fitting: fitting.length === values.length ? all : new ValueTree(fitting, budget) };
    });
    for (const { all } of this.#fields.toReversed()) {
      spend(budget, all.arrays.size);
      this.#arrays.unshift(new Set([...(this.#arrays[0] ?? []), ...all.arrays]));
    }
  }

  choose(at: number, chosen: Chosen): boolean {
    const field = this.#fields[at];
    if (!field) return true;
    spend(this.#budget, 1 + chosen.size);
    const key = this.#keyOf(at, chosen);
    if (this.#failed.has(key)) return false;
    if (field.wantsAbsence && field.all.valuesWith(chosen, 1).length === 0 && this.choose(at + 1, chosen)) return true;
    // Once an element of an array with this field is chosen, the field is not looked for outside that array.
    const arrays = [...chosen.keys()].filter((array) => field.all.arrays.has(array));
    const outermost = chosen.get(Math.min(...arrays));
    for (const value of field.fitting.valuesWith(chosen)) {
      if (outermost && !this.#isWithin(value, outermost)) continue;
      if (this.choose(at + 1, this.#join(chosen, value))) return true;
    }
    this.#failed.add(key);
    return false;
  }

  #isWithin(value: FieldValue, outer: ArrayElement): boolean {
    let element = value.element;
    while (element && element !== outer) {
      spend(this.#budget, 1);
      element = element.outer;
    }
    return element !== undefined;
  }

  /** The choices together with those of the value. */
  #join(chosen: Chosen, value: FieldValue): Chosen {
    const more = new Map(chosen);
    for (let element = value.element; element && !chosen.has(element.array); element = element.outer) {
      spend(this.#budget, 1);
      more.set(element.array, element);
    }
    return more;
  }

  #keyOf(at: number, chosen: Chosen): string {
    const elements = [...chosen.values()].filter(({ array }) => this.#arrays[at]?.has(array));
    return `${at} ${elements.map(({ array, index }) => `${array}:${index}`)}`;
  }
}

/** The values directly in an element, or in none, and the elements within it, by their arrays. */
interface Node {
  readonly values: FieldValue[];
  within: Map<number, Map<ArrayElement, Node>> | undefined;
}

/** The cost of one node, in steps. */
const NODE_STEPS = 4;

/** Values by the array elements that they are in. */
class ValueTree {
  /** The arrays that contain values. */
  readonly arrays = new Set<number>();
  readonly #budget: Budget;
  readonly #root = newNode();
  readonly #nodes = new Map<ArrayElement, Node>();

  constructor(values: readonly FieldValue[], budget: Budget) {
    this.#budget = budget;
    for (const value of values) {
      spend(budget, 1);
      this.#nodeOf(value.element).values.push(value);
    }
  }

  /** Up to `limit` values that are in no element other than the chosen one of any array. */
  valuesWith(chosen: Chosen, limit = Number.POSITIVE_INFINITY): FieldValue[] {
    const found: FieldValue[] = [];
    const nodes = [this.#root];
    for (let node = nodes.pop(); node && found.length < limit; node = nodes.pop()) {
      spend(this.#budget, 1 + node.values.length + (node.within?.size ?? 0));
      for (const value of node.values) found.push(value);
      for (const [array, elements] of node.within ?? []) {
        const element = chosen.get(array);
        const child = element && elements.get(element);
        if (child) nodes.push(child);
        if (!element) for (const any of elements.values()) nodes.push(any);
      }
    }
    return found;
  }

  #nodeOf(innermost: ArrayElement | undefined): Node {
    // From the inside out to an existing node, and back: recursion would exceed the stack on deep arrays.
    const missing: ArrayElement[] = [];
    let element = innermost;
    for (; element && !this.#nodes.has(element); element = element.outer) missing.push(element);
    let node = element ? (this.#nodes.get(element) as Node) : this.#root;
    for (const inner of missing.reverse()) {
      spend(this.#budget, NODE_STEPS);
      const child = newNode();
      node.within ??= new Map();
      const elements = node.within.get(inner.array) ?? new Map<ArrayElement, Node>();
      node.within.set(inner.array, elements.set(inner, child));
      this.#nodes.set(inner, child);
      this.arrays.add(inner.array);
      node = child;
    }
    return node;
  }
}

function newNode(): Node {
  return { values: [], within: undefined };
}

function spend(budget: Budget, steps: number): void {
  budget.steps -= steps;
  if (budget.steps < 0) throw new InvalidEventException('Its arrays leave too many choices to decide');
}
