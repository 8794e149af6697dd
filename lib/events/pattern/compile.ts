import type { Condition } from './condition.ts';
import { type Budget, canChoose, newBudget } from './consistency.ts';
import { EventFields, type FieldValues } from './event-fields.ts';
import { type EventPattern, jsonOf } from './event-pattern.ts';
import type { FieldValue } from './field-value.ts';
import { conditionKey, conditionOf, type Rule, type RuleField, readRule } from './rule.ts';

/** A branch of a pattern, with numbers instead of field paths. */
interface CompiledBranch {
  readonly pattern: number;
  readonly fields: readonly number[];
  readonly checks: readonly Check[];
}

/** A condition on a field. Tested once for each event, even if several branches have it. */
interface Check {
  readonly field: number;
  readonly condition: Condition;
  /** The event that it was last tested for, and the values that satisfied it. */
  event: FieldValues | undefined;
  fitting: readonly FieldValue[];
}

/**
 * Patterns prepared for many events. Reading and testing is shared: each field of an event is read once, each condition
 * is tested once, and only patterns whose rarest literal the event has are examined.
 */
export class CompiledPatterns {
  readonly #fields = new EventFields();
  readonly #checks = new Map<string, Check>();
  /** Branches that need one of a few strings in a field, by field and string. */
  readonly #byString = new Map<number, Map<string, CompiledBranch[]>>();
  /** The same in the form in which it is gone through for each event. */
  readonly #indexes: readonly [field: number, strings: ReadonlyMap<string, readonly CompiledBranch[]>][];
  readonly #others: CompiledBranch[] = [];

  constructor(rules: readonly Rule[]) {
    const branches = rules.flatMap((rule, pattern) =>
      rule.branches.map((fields): CompiledBranch => {
        const checks = fields.map((field) => this.#checkFor(rule, field));
        return { pattern, checks, fields: checks.map(({ field }) => field) };
      }),
    );
    this.#index(branches);
    this.#indexes = [...this.#byString];
  }

  /** The indexes of the patterns that match, in order. */
  matching(event: unknown): number[] {
    const matched = new Set<number>();
    this.#try(event, ({ pattern }) => {
      matched.add(pattern);
      return false;
    });
    return [...matched].sort((a, b) => a - b);
  }

  /** Whether any of the patterns matches. */
  matches(event: unknown): boolean {
    return this.#try(event, () => true);
  }

  /** @param onMatch gets each branch that matches. @returns whether it has returned true, which ends the search */
  #try(event: unknown, onMatch: (branch: CompiledBranch) => boolean): boolean {
    const values = this.#fields.valuesIn(event);
    const budget = newBudget();
    for (const branches of this.#worthTrying(values)) {
      for (const branch of branches) if (isMatch(branch, values, budget) && onMatch(branch)) return true;
    }
    return false;
  }

  #checkFor(rule: Rule, field: RuleField): Check {
    const number = this.#fields.add(field.path, rule.looksIntoEmptyKeys);
    const key = `${number} ${conditionKey(field)}`;
    const check = this.#checks.get(key) ?? {
      field: number,
      condition: conditionOf(field),
      event: undefined,
      fitting: [],
    };
    this.#checks.set(key, check);
    return check;
  }

  /** Indexes each branch by the strings of the field whose strings the fewest branches have. */
  #index(branches: readonly CompiledBranch[]): void {
    const asked = new Map<string, number>();
    const timesAsked = (field: number, string: string) => asked.get(`${field} ${string}`) ?? 0;
    for (const { checks } of branches) {
      for (const { field, condition } of checks) {
        for (const string of condition.onlyStrings ?? []) {
          asked.set(`${field} ${string}`, timesAsked(field, string) + 1);
        }
      }
    }
    for (const branch of branches) {
      let best: { field: number; strings: ReadonlySet<string>; cost: number } | undefined;
      for (const { field, condition } of branch.checks) {
        const strings = condition.onlyStrings;
        if (!strings) continue;
        let cost = 0;
        for (const string of strings) cost += timesAsked(field, string);
        if (!best || cost < best.cost) best = { field, strings, cost };
      }
      if (!best) this.#others.push(branch);
      else for (const string of best.strings) this.#file(best.field, string, branch);
    }
  }

  #file(field: number, string: string, branch: CompiledBranch): void {
    const strings = this.#byString.get(field) ?? new Map<string, CompiledBranch[]>();
    const filed = strings.get(string) ?? [];
    filed.push(branch);
    this.#byString.set(field, strings.set(string, filed));
  }

  #worthTrying({ of }: FieldValues): Iterable<readonly CompiledBranch[]> {
    const lists = new Set<readonly CompiledBranch[]>([this.#others]);
    for (const [field, strings] of this.#indexes) {
      for (const { isString, content } of of[field] as readonly FieldValue[]) {
        const filed = isString ? strings.get(content) : undefined;
        if (filed) lists.add(filed);
      }
    }
    return lists;
  }
}

/**
 * Prepares patterns for many events.
 *
 * @param patterns objects, or JSON text
 * @throws InvalidEventPatternException
 *
 * @example
 * const patterns = compile([{ source: ['asterisk.ari'] }, { detail: { application: [{ prefix: 'Intro' }] } }]);
 * patterns.matching(event); // [0, 1]
 */
export function compile(patterns: readonly (EventPattern | string)[]): CompiledPatterns {
  return new CompiledPatterns(patterns.map((pattern) => readRule(jsonOf(pattern))));
}

const NONE: readonly FieldValue[] = [];

/** Those of the event's values for the field that satisfy the condition. */
function fittingValues(check: Check, values: FieldValues): readonly FieldValue[] {
  if (check.event === values) return check.fitting;
  check.event = values;
  const all = values.of[check.field] as readonly FieldValue[];
  // As a rule a field has one value, or none: then no list is made.
  if (all.length === 0) check.fitting = all;
  else if (all.length === 1) check.fitting = check.condition.isSatisfiedBy(all[0] as FieldValue) ? all : NONE;
  else check.fitting = all.filter((value) => check.condition.isSatisfiedBy(value));
  return check.fitting;
}

function isMatch({ checks, fields }: CompiledBranch, values: FieldValues, budget: Budget): boolean {
  for (const check of checks) {
    if (fittingValues(check, values).length === 0 && !check.condition.wantsAbsence) return false;
  }
  const hasElements =
    values.areInElements && fields.some((field) => values.of[field]?.some(({ element }) => element !== undefined));
  if (!hasElements) {
    return checks.every((check) => check.fitting.length > 0 || values.of[check.field]?.length === 0);
  }
  return canChoose(
    checks.map(({ field, condition, fitting }) => ({
      values: values.of[field] as readonly FieldValue[],
      fitting,
      wantsAbsence: condition.wantsAbsence,
    })),
    budget,
  );
}
