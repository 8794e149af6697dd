import { expect, test } from 'vitest';
import type { OperationUpdate } from '../../../lib/durable-engine/index.ts';
import { callback, context, DONE, REQUEST, started, step, wait } from './durable-function.ts';

const failed = { Error: { ErrorMessage: 'no' } };
const invoke = (Id: string, FunctionName: string | undefined): OperationUpdate => ({
  ...{ Id, Type: 'CHAINED_INVOKE', Action: 'START', ChainedInvokeOptions: { FunctionName } },
});
const result = (Id: string): OperationUpdate => ({ Id, Type: 'EXECUTION', Action: 'SUCCEED' });

/** What went before, what is refused, and why. */
const REFUSED: [string, OperationUpdate[], OperationUpdate[]][] = [
  ['Operation update must have an Id.', [], [{ ...step('', 'START'), Id: undefined }]],
  ['Expected Name to be 1 to 256 characters of printable ASCII.', [], [step('s', 'START', { Name: 'Müller' })]],
  ['Expected Name to be 1 to 256 characters of printable ASCII.', [], [step('s', 'START', { Name: 'a'.repeat(257) })]],
  ['Unknown operation type.', [], [{ ...step('s', 'START'), Type: undefined }]],
  ['Invalid action for the given operation type.', [], [step('s', 'CANCEL')]],
  ['Invalid action for the given operation type.', [], [{ ...wait('w', 1), Action: 'SUCCEED' }]],
  ['Cannot update the same operation twice in a single request.', [], [step('s', 'START'), step('s', 'START')]],
  [
    'Cannot update the same operation twice in a single request.',
    [],
    [wait('w', 1), { ...wait('w', 1), Action: 'CANCEL' }],
  ],
  ['Invalid parent operation id.', [], [step('s', 'START', { ParentId: 'c' })]],
  ['Invalid parent operation id.', [step('c', 'START')], [step('s', 'START', { ParentId: 'c' })]],
  ['Invalid current STEP state to start.', [step('s', 'START')], [step('s', 'START')]],
  ['Invalid current STEP state to close.', [step('s', 'SUCCEED')], [step('s', 'FAIL', failed)]],
  ['Invalid current STEP state to re-attempt.', [step('s', 'SUCCEED')], [step('s', 'RETRY', { StepOptions: {} })]],
  ['Invalid StepOptions for the given action.', [], [step('s', 'RETRY')]],
  ['Cannot start a CONTEXT that already exists.', [context('c', 'START')], [context('c', 'START')]],
  ['Invalid current CONTEXT state to close.', [context('c', 'SUCCEED')], [context('c', 'SUCCEED')]],
  ['Cannot start a WAIT that already exists.', [wait('w', 1)], [wait('w', 1)]],
  ['Cannot start a CALLBACK that already exists.', [callback('c')], [callback('c')]],
  [
    'Cannot cancel a CALLBACK that does not exist or has already completed.',
    [],
    [{ ...callback('c'), Action: 'CANCEL' }],
  ],
  ['Cannot provide a Payload for FAIL action.', [], [step('s', 'FAIL', { Payload: '1' })]],
  ['Cannot provide an Error for SUCCEED action.', [], [step('s', 'SUCCEED', failed)]],
  [
    'Cannot provide both error and payload to RETRY a STEP.',
    [],
    [step('s', 'RETRY', { ...failed, Payload: '1', StepOptions: {} })],
  ],
  ['Invalid operation type.', [step('s', 'START')], [context('s', 'SUCCEED')]],
  ['Cannot checkpoint multiple EXECUTION updates.', [], [result('a'), result('b')]],
  ['EXECUTION checkpoint must be the last update.', [], [result('a'), step('s', 'START')]],
  [
    'Error object size must be less than 32768 bytes.',
    [],
    [step('s', 'FAIL', { Error: { ErrorData: 'x'.repeat(32_768) } })],
  ],
  [
    'Payload size must be less than or equal to 1048576 bytes.',
    [],
    [step('s', 'SUCCEED', { Payload: 'x'.repeat(2 ** 20 + 1) })],
  ],
  ['Expected WaitSeconds to be an integer from 1 to 31622400, got 0.', [], [wait('w', 0)]],
  ['Expected WaitSeconds to be an integer from 1 to 31622400, got 1.5.', [], [wait('w', 1.5)]],
  ['Expected TimeoutSeconds to be an integer from 0 to 31622400, got -1.', [], [callback('c', { TimeoutSeconds: -1 })]],
  ['Expected ChainedInvokeOptions.FunctionName.', [], [invoke('i', undefined)]],
  [
    'Expected at most 3000 operations in an execution.',
    [],
    Array.from({ length: 3000 }, (_, n) => step(`s${n}`, 'SUCCEED')),
  ],
];

test.each(REFUSED)('%s (%#)', async (message, before, refused) => {
  const { execution } = await started([
    ({ checkpoint, event, engine }) => {
      const { CheckpointToken } = checkpoint(...before);
      const count = onlyExecution(engine).operations.length;
      expect(() => engine.checkpoint({ ...event, CheckpointToken, Updates: refused })).toThrow(
        expect.objectContaining({ name: 'InvalidParameterValueException', message }),
      );
      // Nothing of it was applied, and the token was not used.
      expect(onlyExecution(engine).operations).toHaveLength(count);
      engine.checkpoint({ ...event, CheckpointToken });
      return DONE;
    },
  ]);
  expect(execution.description).toMatchObject({ Status: 'SUCCEEDED', DurableExecutionName: REQUEST.name });
});

function onlyExecution(engine: { executions: readonly { operations: readonly object[] }[] }) {
  const [execution] = engine.executions;
  if (!execution) throw new Error('expected an execution');
  return execution;
}
