import type { DurableContext, DurablePromise } from '@aws/durable-execution-sdk-js';
import fc from 'fast-check';

/** What a durable program does, in order. Results are numbers, so that both sides can be compared. */
export type Operation =
  | { kind: 'step'; result: number }
  /** Fails so many times before it succeeds; it may be tried fewer times. */
  | { kind: 'flaky'; failures: number; attempts: number; delay: number }
  | { kind: 'wait'; seconds: number }
  | { kind: 'callback'; outcome: 'success' | 'failure' }
  | { kind: 'condition'; checks: number; delay: number }
  | { kind: 'child'; of: Operation[] }
  /** A child context that fails after its operations. */
  | { kind: 'failingChild'; of: Operation[] }
  | { kind: 'parallel'; branches: Operation[][]; atOnce: number | undefined }
  | { kind: 'map'; items: number[]; of: Operation[] }
  /** The step wins against the wait, each time. */
  | { kind: 'race'; seconds: number; result: number }
  | { kind: 'all'; results: number[] }
  | { kind: 'invoke'; input: number };

/** The function that programs invoke, by its name. */
export const OTHER = 'other';
export const other = async (input: number): Promise<number> => {
  if (input < 0) throw new RangeError(`negative: ${input}`);
  return 2 * input;
};

/**
 * Runs a program. A failure that is not caught inside is a result as well.
 *
 * @param within the name of what it is a part of: each operation has a name of its own
 */
export async function run(context: DurableContext, program: readonly Operation[], within = ''): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const [at, operation] of program.entries()) {
    const done = perform(context, operation, nameOf(operation, at, within));
    results.push(await done.catch((error: Error) => `failed: ${error.name}`));
  }
  return results;
}

function nameOf(operation: Operation, at: number, within: string): string {
  return `${within}${at}-${operation.kind}${operation.kind === 'callback' ? ` ${operation.outcome}` : ''}`;
}

/** The names of all callbacks of a program. */
export function callbackNames(program: readonly Operation[], within = ''): string[] {
  return program.flatMap((operation, at) => {
    const name = nameOf(operation, at, within);
    switch (operation.kind) {
      case 'callback':
        return [name];
      case 'child':
      case 'failingChild':
        return callbackNames(operation.of, `${name}/`);
      case 'parallel':
        return operation.branches.flatMap((of, branch) => callbackNames(of, `${name}/${branch}/`));
      case 'map':
        return operation.items.flatMap((_, item) => callbackNames(operation.of, `${name}/${item}/`));
      default:
        return [];
    }
  });
}

async function perform(context: DurableContext, operation: Operation, name: string): Promise<unknown> {
  switch (operation.kind) {
    case 'step':
      return context.step(name, async () => operation.result);
    case 'flaky':
      return context.step(
        name,
        async ({ attempt }) => {
          if (attempt <= operation.failures) throw new Error(`busy ${attempt}`);
          return attempt;
        },
        {
          retryStrategy: (_, attempt) => ({
            shouldRetry: attempt < operation.attempts,
            delay: { seconds: operation.delay },
          }),
        },
      );
    case 'wait':
      return context.wait(name, { seconds: operation.seconds });
    case 'callback':
      return context.waitForCallback(name, async () => {});
    case 'condition':
      return context.waitForCondition(name, async (count: number) => count + 1, {
        initialState: 0,
        waitStrategy: (count) =>
          count < operation.checks
            ? { shouldContinue: true, delay: { seconds: operation.delay } }
            : { shouldContinue: false },
      });
    case 'child':
      return context.runInChildContext(name, (child) => run(child, operation.of, `${name}/`));
    case 'failingChild':
      return context.runInChildContext(name, async (child) => {
        await run(child, operation.of, `${name}/`);
        throw new TypeError('on purpose');
      });
    case 'parallel': {
      const branches = operation.branches.map(
        (of, at) => (branch: DurableContext) => run(branch, of, `${name}/${at}/`),
      );
      const config = operation.atOnce === undefined ? {} : { maxConcurrency: operation.atOnce };
      return (await context.parallel(name, branches, config)).getResults();
    }
    case 'map': {
      const each = async (item: DurableContext, value: number, at: number) => [
        value,
        ...(await run(item, operation.of, `${name}/${at}/`)),
      ];
      return (await context.map(name, operation.items, each)).getResults();
    }
    case 'race': {
      const contestants: DurablePromise<unknown>[] = [
        context.step(`${name}-step`, async () => operation.result),
        context.wait(`${name}-wait`, { seconds: operation.seconds }),
      ];
      return context.promise.race(name, contestants);
    }
    case 'all':
      return context.promise.all(
        name,
        operation.results.map((result, at) => context.step(`${name}-${at}`, async () => result)),
      );
    case 'invoke':
      return context.invoke(name, OTHER, operation.input);
  }
}

const small = fc.integer({ min: -9, max: 9 });
const seconds = fc.integer({ min: 1, max: 90 });

const { operations } = fc.letrec<{ operation: Operation; operations: Operation[] }>((tie) => ({
  operation: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ kind: fc.constant('step' as const), result: small }),
    fc.record({
      kind: fc.constant('flaky' as const),
      failures: fc.integer({ min: 0, max: 3 }),
      attempts: fc.integer({ min: 1, max: 4 }),
      delay: seconds,
    }),
    fc.record({ kind: fc.constant('wait' as const), seconds }),
    fc.record({
      kind: fc.constant('callback' as const),
      outcome: fc.constantFrom('success' as const, 'failure' as const),
    }),
    fc.record({ kind: fc.constant('condition' as const), checks: fc.integer({ min: 1, max: 3 }), delay: seconds }),
    fc.record({ kind: fc.constant('race' as const), seconds: fc.integer({ min: 60, max: 90 }), result: small }),
    fc.record({ kind: fc.constant('all' as const), results: fc.array(small, { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('invoke' as const), input: small }),
    fc.record({ kind: fc.constant('child' as const), of: tie('operations') }),
    fc.record({ kind: fc.constant('failingChild' as const), of: tie('operations') }),
    fc.record({
      kind: fc.constant('parallel' as const),
      branches: fc.array(tie('operations'), { minLength: 1, maxLength: 3 }),
      atOnce: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant('map' as const),
      items: fc.array(small, { minLength: 1, maxLength: 3 }),
      of: tie('operations'),
    }),
  ),
  operations: fc.array(tie('operation'), { minLength: 1, maxLength: 4 }),
}));

/** The same programs for the same seed. */
export function programs(count: number, seed: number): Operation[][] {
  return fc.sample(operations, { numRuns: count, seed });
}
