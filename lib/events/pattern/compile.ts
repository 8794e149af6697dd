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
  readonly #others: CompiledBranch[] = [];

  constructor(rules: readonly Rule[]) {
    const branches = rules.flatMap((rule, pattern) =>
      rule.branches.map((fields): CompiledBranch => {
        const checks = fields.map((field) => this.#checkFor(rule, field));
        return { pattern, checks, fields: checks.map(({ field }) => field) };
      }),
    );
    this.#index(branches);
  }

  /** The indexes of the patterns that match, in order. */
  matching(event: unknown): number[] {
    const values = this.#fields.valuesIn(event);
    const budget = newBudget();
    const matched = new Set<number>();
    for (const branches of this.#worthTrying(values)) {
      for (const branch of branches) if (isMatch(branch, values, budget)) matched.add(branch.pattern);
    }
    return [...matched].sort((a, b) => a - b);
  }

  /** Whether any of the patterns matches. */
  matches(event: unknown): boolean {
    const values = this.#fields.valuesIn(event);
    const budget = newBudget();
    for (const branches of this.#worthTrying(values)) {
      if (branches.some((branch) => isMatch(branch, values, budget))) return true;
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

  #worthTrying(values: FieldValues): Iterable<readonly CompiledBranch[]> {
    const lists = new Set([this.#others]);
    for (const [field, strings] of this.#byString) {
      for (const { isString, content } of values[field] as readonly FieldValue[]) {
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

/** Those of the event's values for the field that satisfy the condition. */
function fittingValues(check: Check, values: FieldValues): readonly FieldValue[] {
  if (check.event !== values) {
    check.event = values;
    check.fitting = (values[check.field] as readonly FieldValue[]).filter((value) =>
      check.condition.isSatisfiedBy(value),
    );
  }
  return check.fitting;
}

function isMatch({ checks, fields }: CompiledBranch, values: FieldValues, budget: Budget): boolean {
  for (const check of checks) {
    if (fittingValues(check, values).length === 0 && !check.condition.wantsAbsence) return false;
  }
  const hasElements = fields.some((field) => values[field]?.some(({ element }) => element !== undefined));
  if (!hasElements) {
    return checks.every((check) => check.fitting.length > 0 || values[check.field]?.length === 0);
  }
  return canChoose(
    checks.map(({ field, condition, fitting }) => ({
      values: values[field] as readonly FieldValue[],
      fitting,
      wantsAbsence: condition.wantsAbsence,
    })),
    budget,
  );
}
