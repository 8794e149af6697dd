import type { ArrayElement, FieldValue } from './field-value.ts';
import { InvalidEventException } from './refusal.ts';

/** A field of a branch and what the event has for it. */
export interface Candidate {
  /** All its values. */
  readonly values: readonly FieldValue[];
  /** Those that satisfy it. */
  readonly fitting: readonly FieldValue[];
  readonly wantsAbsence: boolean;
}

/** How much may still be looked at. */
export interface Budget {
  steps: number;
}

/** Which element of each array the fields so far are taken from. Has the element around each that it has. */
type Chosen = ReadonlyMap<number, ArrayElement>;

/** For one event: far more than events of 1 MB with a few arrays need, and done within a second or two. */
export function newBudget(): Budget {
  return { steps: 4_000_000 };
}

/**
 * Whether one value can be chosen for each field, so that no two stand in different elements of one array.
 *
 * Fields are tried in the order of their paths. It shows where a field is to be absent: it may well be there, in
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
  /** The arrays that matter to a field and those after it. */
  readonly #arrays: ReadonlySet<number>[] = [];
  /** From which choices a field and those after it were tried, to no avail. */
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
    // Once an element is chosen of an array that has this field, it is not looked for outside of that array.
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

  /** What is chosen with the value as well. */
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

/** The values right in an element, or in none, and the elements within it, by their arrays. */
interface Node {
  readonly values: FieldValue[];
  within: Map<number, Map<ArrayElement, Node>> | undefined;
}

/** What one of them costs, in steps. */
const NODE_STEPS = 4;

/** Values by the array elements that they stand in. */
class ValueTree {
  /** The arrays that values stand in. */
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

  /** Those values, up to so many, that stand in no other element than the chosen one of any array. */
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
    // From the inside out to what is there, and back: recursion would not do for deep arrays.
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
