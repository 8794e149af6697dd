import { Condition, type Readings } from './condition.ts';
import { type Branch, type FieldPattern, parsePattern } from './parse-pattern.ts';
import { InvalidEventPatternException } from './refusal.ts';

/** One field of a branch, ready to be tested. */
export interface RuleField {
  readonly path: string;
  readonly pattern: FieldPattern;
  readonly readings: Readings;
}

/** A parsed pattern, ready to be compiled: it matches when all fields of any branch match. */
export interface Rule {
  /** Fields in the order of their paths, in which they are tried. */
  readonly branches: readonly (readonly RuleField[])[];
  /** Whether empty keys of the event are looked into; see {@link stepsOf}. */
  readonly looksIntoEmptyKeys: boolean;
}

const MAX_STEPS = 500_000;

/**
 * The state that the alternatives of a field lead to: the next field. Alternatives first seen in one branch share it.
 */
interface State {
  readonly forks: Map<string, Fork>;
  /** Branches by the alternative that leads here: those that end here, and those that continue. */
  readonly ended: Map<string, Set<number>>;
  readonly goingOn: Map<string, Set<number>>;
}

/** The alternatives of one field at one place, of all branches that reach it. */
interface Fork {
  readonly next: Map<string, State>;
  readonly readings: Readings;
}

/**
 * Reads a pattern as the reference stores it: as a tree of its branches.
 *
 * The tree has two effects. Branches with the same field at the same place share how its values are read. And a branch
 * is omitted where the reference treats it as an existing one: when an earlier branch with the same fields shares an
 * alternative of each. So of `{"$or": [{"a": ["x"]}, {"a": ["x", "y"]}]}` only the first branch counts, and `y` matches
 * nothing.
 *
 * @throws InvalidEventPatternException
 */
export function readRule(json: string): Rule {
  const tree = new BranchTree();
  const kept = parsePattern(json).flatMap((branch) => tree.add(branch));
  const paths = kept.flatMap((fields) => fields.map(({ path }) => path));
  return {
    // Only now is it known how values are read: a later branch may have changed it.
    branches: kept.map((fields) =>
      fields.map(({ path, pattern, forks }) => ({ path, pattern, readings: merge([...forks]) })),
    ),
    looksIntoEmptyKeys: paths.some((path) => stepsOf(path).includes('')),
  };
}

/** Equal for equal conditions of two rules. */
export function conditionKey({ pattern, readings }: RuleField): string {
  return Condition.keyOf(pattern.alternatives, readings);
}

export function conditionOf({ pattern, readings }: RuleField): Condition {
  return new Condition(pattern.alternatives, readings);
}

/**
 * The keys that the reference looks into on the way to a field: the path as Java splits it, without empty keys at its
 * end. So the path `a.` finds the event `{"a.": 1}`, but not `{"a": {"": 1}}`.
 */
function stepsOf(path: string): string[] {
  const steps = path.split('.');
  if (path === '') return steps;
  while (steps.at(-1) === '') steps.pop();
  return steps;
}

interface KeptField {
  path: string;
  pattern: FieldPattern;
  forks: Set<Fork>;
}

class BranchTree {
  readonly #root = newState();
  #count = 0;
  #steps = 0;

  /** The branch's fields, or an empty list where the reference has this branch already. */
  add(branch: Branch): [KeptField[]] | [] {
    const fields = [...branch].sort(([a], [b]) => (a < b ? -1 : 1));
    const forks = fields.map(() => new Set<Fork>());
    const states = fields.map(() => new Set<State>());
    const known = this.#grow(this.#root, fields, 0, forks, states);
    if (known.size > 0) return [];
    const id = this.#count++;
    fields.forEach(([, { alternatives }], i) => {
      for (const state of states[i] as Set<State>) {
        const ids = i + 1 === fields.length ? state.ended : state.goingOn;
        for (const { key } of alternatives) ids.set(key, (ids.get(key) ?? new Set()).add(id));
      }
    });
    return [fields.map(([path, pattern], i) => ({ path, pattern, forks: forks[i] as Set<Fork> }))];
  }

  /** Adds the fields from the given one on, and returns the branches that the reference treats as the same. */
  #grow(
    state: State,
    fields: readonly [string, FieldPattern][],
    at: number,
    forks: readonly Set<Fork>[],
    states: readonly Set<State>[],
  ): Set<number> {
    if (++this.#steps > MAX_STEPS) throw new InvalidEventPatternException('Rule is too complex. Write several rules');
    const [path, { alternatives }] = fields[at] as [string, FieldPattern];
    const fork = forkAt(state, path);
    forks[at]?.add(fork);
    const reached = new Set<State>();
    let next: State | undefined;
    for (const { key, wantsNumber, wantsAddress, isEmptyList } of alternatives) {
      if (isEmptyList && !next) throw new InvalidEventPatternException('Empty anything-but lists are not allowed');
      next = fork.next.get(key) ?? next ?? newState();
      if (!isEmptyList) fork.next.set(key, next);
      fork.readings.asNumber ||= wantsNumber;
      fork.readings.asAddress ||= wantsAddress;
      reached.add(next);
      states[at]?.add(next);
    }
    // Where several states are reached, the last one decides, as in the reference.
    let known = new Set<number>();
    let here = new Set<number>();
    for (const one of reached) {
      const isLast = at + 1 === fields.length;
      known = isLast ? union(alternatives, one.ended) : this.#grow(one, fields, at + 1, forks, states);
      if (isLast) here = known;
      else if (known.size > 0) here = union(alternatives, one.goingOn);
    }
    return new Set([...known].filter((id) => here.has(id)));
  }
}

function newState(): State {
  return { forks: new Map(), ended: new Map(), goingOn: new Map() };
}

function forkAt(state: State, path: string): Fork {
  const fork = state.forks.get(path) ?? { next: new Map(), readings: { asNumber: false, asAddress: false } };
  state.forks.set(path, fork);
  return fork;
}

function union(alternatives: FieldPattern['alternatives'], ids: ReadonlyMap<string, Set<number>>): Set<number> {
  const all = new Set<number>();
  for (const { key } of alternatives) for (const id of ids.get(key) ?? []) all.add(id);
  return all;
}

function merge(forks: readonly Fork[]): Readings {
  return {
    asNumber: forks.some(({ readings }) => readings.asNumber),
    asAddress: forks.some(({ readings }) => readings.asAddress),
  };
}
