import { type Candidate, canChoose, newBudget } from './consistency.ts';
import { EventFields, type FieldValues } from './event-fields.ts';
import { type EventPattern, jsonOf } from './event-pattern.ts';
import type { FieldValue } from './field-value.ts';
import { conditionOf, type RuleField, readRule } from './rule.ts';

/** The result of one field. */
export interface FieldExplanation {
  /** Its path, with dots. */
  field: string;
  /** Its alternatives, as the pattern has them. */
  expected: string;
  /** Its values in the event, as JSON: the first few, shortened. */
  actual: string[];
  /**
   * - `fits`: a value satisfies it, or it is absent as expected
   * - `absent`: the event doesn't have it
   * - `differs`: no value satisfies it, or it is present but expected to be absent
   * - `other element`: a value satisfies it, but in another element of an array than the fields before it
   */
  outcome: 'fits' | 'absent' | 'differs' | 'other element';
}

export interface Explanation {
  matches: boolean;
  /**
   * Where the event matches, the fields of the matching branch. Otherwise, for each combination of `$or` branches, the
   * field at which it failed.
   */
  decidedBy: FieldExplanation[];
  /** The same in words. */
  text: string;
}

const MAX_VALUES = 5;
const MAX_LENGTH = 200;

/**
 * Explains which fields decided whether the pattern matches the event.
 *
 * @throws InvalidEventPatternException, InvalidEventException
 *
 * @example
 * explain({ detail: { application: ['Intro-IVR'] } }, { detail: { application: 'Conference' } }).text;
 * // 'No match: detail.application is "Conference", expected ["Intro-IVR"]'
 */
export function explain(pattern: EventPattern | string, event: unknown): Explanation {
  const rule = readRule(jsonOf(pattern));
  const fields = new EventFields();
  const numbers = rule.branches.map((branch) => branch.map(({ path }) => fields.add(path, rule.looksIntoEmptyKeys)));
  const values = fields.valuesIn(event);
  const budget = newBudget();
  const failed: FieldExplanation[] = [];
  for (const [i, branch] of rule.branches.entries()) {
    const candidates = branch.map((field, j) => candidateFor(field, values, numbers[i]?.[j] as number));
    const failure = branch.findIndex((_, j) => !canChoose(candidates.slice(0, j + 1), budget));
    const explained = branch.map((field, j) => explainField(field, candidates[j] as Candidate, j === failure));
    if (failure < 0)
      return { matches: true, decidedBy: explained, text: `Match: ${explained.map(sentence).join('; ')}` };
    failed.push(explained[failure] as FieldExplanation);
  }
  return { matches: false, decidedBy: failed, text: `No match: ${[...new Set(failed.map(sentence))].join('; ')}` };
}

function candidateFor(field: RuleField, all: FieldValues, number: number): Candidate {
  const values = all.of[number] as readonly FieldValue[];
  const condition = conditionOf(field);
  return {
    values,
    fitting: values.filter((value) => condition.isSatisfiedBy(value)),
    wantsAbsence: condition.wantsAbsence,
  };
}

function explainField(
  { path, pattern }: RuleField,
  { values, fitting }: Candidate,
  hasFailed: boolean,
): FieldExplanation {
  const failure = values.length === 0 ? 'absent' : fitting.length === 0 ? 'differs' : 'other element';
  return {
    field: path,
    expected: shorten(pattern.written),
    actual: values
      .slice(0, MAX_VALUES)
      .map(({ content, isString }) => shorten(isString ? JSON.stringify(content) : content)),
    outcome: hasFailed ? failure : 'fits',
  };
}

function sentence({ field, expected, actual, outcome }: FieldExplanation): string {
  const is = actual.length === 0 ? `${field} is absent` : `${field} is ${actual.join(', ')}`;
  switch (outcome) {
    case 'fits':
      return `${is}, as in ${expected}`;
    case 'other element':
      return `${is}, expected ${expected} in the same array element as the fields before it`;
    default:
      return `${is}, expected ${expected}`;
  }
}

function shorten(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}
