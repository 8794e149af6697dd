import { expect, test } from 'vitest';
import { canChoose, newBudget } from '../../../../lib/events/pattern/consistency.ts';
import { type ArrayElement, FieldValue } from '../../../../lib/events/pattern/field-value.ts';

const elementOf = (array: number, index: number, outer?: ArrayElement): ArrayElement => ({ array, index, outer });
const valueIn = (element?: ArrayElement) => new FieldValue('x', true, element);
const field = (fitting: FieldValue[], others: FieldValue[] = [], wantsAbsence = false) => ({
  values: [...fitting, ...others],
  fitting,
  wantsAbsence,
});

/** Steps that the choice takes, whatever it is. */
function stepsOf(fields: Parameters<typeof canChoose>[0]): number {
  const budget = newBudget();
  const before = budget.steps;
  canChoose(fields, budget);
  return before - budget.steps;
}

test('no field is always chosen', () => {
  expect(canChoose([], newBudget())).toBe(true);
});

test('an inner element is in its outer one', () => {
  const [first, second] = [elementOf(0, 0), elementOf(0, 1)];
  const inner = elementOf(1, 0, first);
  expect(canChoose([field([valueIn(first)]), field([valueIn(inner)])], newBudget())).toBe(true);
  expect(canChoose([field([valueIn(second)]), field([valueIn(inner)])], newBudget())).toBe(false);
  expect(canChoose([field([valueIn(inner)]), field([valueIn(second)])], newBudget())).toBe(false);
});

test('the budget is spent, and said to be', () => {
  const budget = newBudget();
  const elements = Array.from({ length: 100 }, (_, i) => elementOf(0, i));
  canChoose([field(elements.map(valueIn))], budget);
  expect(budget.steps).toBeLessThan(newBudget().steps);
  expect(() => canChoose([field(elements.map(valueIn))], { steps: 100 })).toThrow(
    'Event is not valid. Reason: Its arrays leave too many choices to decide',
  );
});

test('work grows with the elements, not with their square', () => {
  const fieldsOf = (count: number) => {
    const elements = Array.from({ length: count }, (_, i) => elementOf(0, i));
    const all = elements.map(valueIn);
    // The last field fits in no element that the others fit in.
    return [field(all), field(all), field([], all, true)];
  };
  const [small, large] = [stepsOf(fieldsOf(1_000)), stepsOf(fieldsOf(10_000))];
  expect(large).toBeLessThan(small * 12);
});

test('work does not multiply where arrays stand side by side', () => {
  const fieldsOf = (count: number) =>
    [0, 1, 2, 3].map((array) => field(Array.from({ length: count }, (_, i) => valueIn(elementOf(array, i)))));
  const failing = (count: number) => [...fieldsOf(count), field([], [valueIn()])];
  expect(stepsOf(failing(1_000))).toBeLessThan(stepsOf(failing(100)) * 12);
});

test('what failed once is not tried again', () => {
  const [a, b] = [elementOf(0, 0), elementOf(1, 0)];
  const many = (element: ArrayElement) => Array.from({ length: 50 }, () => valueIn(element));
  const never = field([], [valueIn(a)]);
  const once = stepsOf([field(many(a)), field(many(b)), field(many(a)), field(many(b)), never]);
  // 50 values four times, not 50 to the fourth.
  expect(once).toBeLessThan(10_000);
});
