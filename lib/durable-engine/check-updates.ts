import { invalid } from './errors.ts';
import type { Operation, OperationAction, OperationStatus, OperationType, OperationUpdate } from './wire.ts';

const MAX_ERROR_BYTES = 32 * 1024;
const MAX_PAYLOAD_BYTES = 1024 * 1024;
/** Of an operation: printable ASCII. */
const NAME = /^[\x20-\x7E]{1,256}$/;
/** 366 days. */
const MAX_SECONDS = 31_622_400;
/** Operations of one execution (Lambda quotas). */
const MAX_OPERATIONS = 3000;

const ACTIONS: Record<OperationType, readonly OperationAction[]> = {
  EXECUTION: ['SUCCEED', 'FAIL'],
  CONTEXT: ['START', 'SUCCEED', 'FAIL'],
  STEP: ['START', 'SUCCEED', 'FAIL', 'RETRY'],
  WAIT: ['START', 'CANCEL'],
  CALLBACK: ['START', 'CANCEL'],
  CHAINED_INVOKE: ['START', 'CANCEL'],
};

type Operations = ReadonlyMap<string, Operation>;

/**
 * Checks the updates of one checkpoint, which are applied all or not at all.
 *
 * @throws InvalidParameterValueException, with AWS's text where that is known
 */
export function checkUpdates(updates: readonly OperationUpdate[], operations: Operations): void {
  const ofExecution = updates.filter(({ Type }) => Type === 'EXECUTION');
  if (ofExecution.length > 1) throw invalid('Cannot checkpoint multiple EXECUTION updates.');
  if (ofExecution.length === 1 && updates.at(-1)?.Type !== 'EXECUTION') {
    throw invalid('EXECUTION checkpoint must be the last update.');
  }
  checkIds(updates, operations);
  for (const update of updates) {
    checkSizes(update);
    checkAction(update);
    checkTransition(update, update.Type === 'EXECUTION' ? undefined : operations.get(update.Id ?? ''));
    checkOptions(update);
  }
  const added = new Set(updates.map(({ Id }) => Id ?? '').filter((id) => !operations.has(id)));
  if (operations.size + added.size > MAX_OPERATIONS) {
    throw invalid(`Expected at most ${MAX_OPERATIONS} operations in an execution.`);
  }
}

/** Each operation has an id, is updated once, and has a context as its parent. */
function checkIds(updates: readonly OperationUpdate[], operations: Operations): void {
  const seen = new Map<string, OperationUpdate>();
  for (const update of updates) {
    if (!update.Id) throw invalid('Operation update must have an Id.');
    if (update.Name !== undefined && !NAME.test(update.Name)) {
      throw invalid('Expected Name to be 1 to 256 characters of printable ASCII.');
    }
    const before = seen.get(update.Id);
    if (before && !mayFollow(before, update)) {
      throw invalid('Cannot update the same operation twice in a single request.');
    }
    if (update.ParentId) {
      const parent = seen.get(update.ParentId) ?? operations.get(update.ParentId);
      if (parent?.Type !== 'CONTEXT') throw invalid('Invalid parent operation id.');
    }
    seen.set(update.Id, update);
  }
}

/** A step or a context may start and end in one request. */
function mayFollow(before: OperationUpdate, update: OperationUpdate): boolean {
  const twofold = before.Type === 'STEP' || before.Type === 'CONTEXT';
  return twofold && before.Action === 'START' && update.Action !== 'START';
}

function checkSizes({ Error: error, Payload = '', Type }: OperationUpdate): void {
  if (error && Buffer.byteLength(JSON.stringify(error)) > MAX_ERROR_BYTES) {
    throw invalid(`Error object size must be less than ${MAX_ERROR_BYTES} bytes.`);
  }
  // A result that is too large for a response comes as an update of the execution, of up to 6 MB.
  if (Type !== 'EXECUTION' && Buffer.byteLength(Payload) > MAX_PAYLOAD_BYTES) {
    throw invalid(`Payload size must be less than or equal to ${MAX_PAYLOAD_BYTES} bytes.`);
  }
}

function checkAction({ Type, Action, Payload, Error: error }: OperationUpdate): void {
  const actions = Type && ACTIONS[Type];
  if (!actions) throw invalid('Unknown operation type.');
  if (!Action || !actions.includes(Action)) throw invalid('Invalid action for the given operation type.');
  if (Action === 'FAIL' && Payload != null) throw invalid('Cannot provide a Payload for FAIL action.');
  if (Action === 'SUCCEED' && error != null) throw invalid('Cannot provide an Error for SUCCEED action.');
  if (Action === 'RETRY' && Payload != null && error != null) {
    throw invalid('Cannot provide both error and payload to RETRY a STEP.');
  }
}

/** Whether the operation is in a state that allows the action. A step or context may end without a start. */
function checkTransition({ Type, Action }: OperationUpdate, operation: Operation | undefined): void {
  if (operation && operation.Type !== Type) throw invalid('Invalid operation type.');
  const has = (...states: OperationStatus[]): boolean => operation !== undefined && states.includes(operation.Status);
  if (Action === 'START' && operation && !(Type === 'STEP' && has('READY'))) {
    throw invalid(
      Type === 'STEP' ? 'Invalid current STEP state to start.' : `Cannot start a ${Type} that already exists.`,
    );
  }
  if (Action === 'CANCEL' && !has('STARTED')) {
    throw invalid(`Cannot cancel a ${Type} that does not exist or has already completed.`);
  }
  const open = Type === 'STEP' ? has('STARTED', 'READY') : has('STARTED');
  if (operation && !open && (Action === 'SUCCEED' || Action === 'FAIL')) {
    throw invalid(`Invalid current ${Type} state to close.`);
  }
  if (operation && !open && Action === 'RETRY') throw invalid('Invalid current STEP state to re-attempt.');
}

function checkOptions({ Type, Action, ...options }: OperationUpdate): void {
  if (Action === 'RETRY') {
    if (!options.StepOptions) throw invalid('Invalid StepOptions for the given action.');
    seconds('NextAttemptDelaySeconds', options.StepOptions.NextAttemptDelaySeconds ?? 0, 0);
  }
  if (Action !== 'START') return;
  if (Type === 'WAIT') seconds('WaitSeconds', options.WaitOptions?.WaitSeconds, 1);
  if (Type === 'CALLBACK') {
    seconds('TimeoutSeconds', options.CallbackOptions?.TimeoutSeconds ?? 0, 0);
    seconds('HeartbeatTimeoutSeconds', options.CallbackOptions?.HeartbeatTimeoutSeconds ?? 0, 0);
  }
  if (Type === 'CHAINED_INVOKE' && !options.ChainedInvokeOptions?.FunctionName) {
    throw invalid('Expected ChainedInvokeOptions.FunctionName.');
  }
}

function seconds(name: string, value: number | undefined, min: number): void {
  if (value === undefined || !Number.isInteger(value) || value < min || value > MAX_SECONDS) {
    throw invalid(`Expected ${name} to be an integer from ${min} to ${MAX_SECONDS}, got ${value}.`);
  }
}
