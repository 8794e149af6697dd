/**
 * `node run-theirs.ts COUNT SEED`: runs programs in AWS's testing package, and prints their outcomes as JSON. A process of its
 * own, as the package replaces the timers of the one that it runs in.
 */
import { createRequire } from 'node:module';
import type * as Sdk from '@aws/durable-execution-sdk-js';
import { DURABLE_SDK, DURABLE_TESTING } from '../install.ts';
import { type ComparedEvent, type ComparedOperation, type Outcome, outcomeOf } from './outcome.ts';
import { callbackNames, type Operation, OTHER, other, programs, run } from './program.ts';

/** What is used of the package. */
interface Testing {
  LocalDurableTestRunner: {
    new (options: { handlerFunction: Sdk.DurableLambdaHandler }): Runner;
    setupTestEnvironment(options: { skipTime: boolean }): Promise<void>;
  };
}

interface Runner {
  registerFunction(name: string, handler: (input: number) => Promise<number>): Runner;
  run(): Promise<{
    getStatus(): string | undefined;
    getResult(): unknown;
    getHistoryEvents(): ComparedEvent[];
    getOperations(): { getOperationData(): ComparedOperation | undefined }[];
  }>;
  getOperation(name: string): {
    waitForData(status: 'SUBMITTED'): Promise<unknown>;
    sendCallbackSuccess(result: string): Promise<unknown>;
    sendCallbackFailure(error: object): Promise<unknown>;
  };
}

const load = createRequire(import.meta.url);
const { withDurableExecution } = load(DURABLE_SDK) as typeof Sdk;
const { LocalDurableTestRunner } = load(DURABLE_TESTING) as Testing;

async function runTheirs(program: readonly Operation[]): Promise<Outcome> {
  const handlerFunction = withDurableExecution((_, context) => run(context, program));
  const runner = new LocalDurableTestRunner({ handlerFunction }).registerFunction(OTHER, other);
  const completed = Promise.all(callbackNames(program).map((name) => complete(runner, name)));
  const result = await runner.run();
  await completed;
  const operations = result.getOperations().flatMap((operation) => operation.getOperationData() ?? []);
  return outcomeOf(result.getStatus(), JSON.stringify(result.getResult()), operations, result.getHistoryEvents());
}

async function complete(runner: Runner, name: string): Promise<void> {
  const operation = runner.getOperation(name);
  await operation.waitForData('SUBMITTED');
  if (name.endsWith('success')) await operation.sendCallbackSuccess(name);
  else await operation.sendCallbackFailure({ ErrorType: 'Refused', ErrorMessage: name });
}

const [count, seed] = process.argv.slice(2).map(Number);
await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
const outcomes: Outcome[] = [];
for (const program of programs(count ?? 1, seed ?? 1)) outcomes.push(await runTheirs(program));
process.stdout.write(JSON.stringify(outcomes), () => process.exit());
