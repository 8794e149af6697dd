import type { OperationLog } from './operation-log.ts';
import type { Operation, OperationUpdate } from './wire.ts';

/** History names its events after the operation. */
const EVENT_NAME = {
  EXECUTION: 'Execution',
  CONTEXT: 'Context',
  STEP: 'Step',
  WAIT: 'Wait',
  CALLBACK: 'Callback',
  CHAINED_INVOKE: 'ChainedInvoke',
} as const;

/** An update that was checked. */
export type CheckedUpdate = OperationUpdate & { Id: string; Type: Operation['Type'] };

/**
 * Applies a checked update of an operation that is not the execution, and records it.
 *
 * @param callbackId of a new callback
 * @returns the operation as it is now
 */
export function applyUpdate(log: OperationLog, update: CheckedUpdate, now: Date, callbackId: string): Operation {
  const before = log.operations.get(update.Id) ?? newOperation(update, now);
  const after = { ...before, ...changeOf(update, before, now, callbackId) };
  log.put(after);
  record(log, update, before, after);
  return after;
}

function newOperation({ Id, ParentId, Name, Type, SubType }: CheckedUpdate, now: Date): Operation {
  return { Id, ParentId, Name, Type, SubType, StartTimestamp: now, Status: 'STARTED' };
}

function changeOf(update: CheckedUpdate, before: Operation, now: Date, callbackId: string): Partial<Operation> {
  switch (update.Action) {
    case 'START':
      return { Status: 'STARTED', ...startOf(update, before, now, callbackId) };
    case 'RETRY':
      return {
        Status: 'PENDING',
        StepDetails: { ...attemptOf(update, before), NextAttemptTimestamp: retryAt(update, now) },
      };
    case 'CANCEL':
      return { Status: 'CANCELLED', EndTimestamp: now };
    default:
      return {
        Status: update.Action === 'FAIL' ? 'FAILED' : 'SUCCEEDED',
        EndTimestamp: now,
        ...(update.Type === 'STEP'
          ? { StepDetails: attemptOf(update, before) }
          : { ContextDetails: contextOf(update) }),
      };
  }
}

function startOf(update: CheckedUpdate, before: Operation, now: Date, callbackId: string): Partial<Operation> {
  switch (update.Type) {
    case 'WAIT':
      return { WaitDetails: { ScheduledEndTimestamp: inSeconds(now, update.WaitOptions?.WaitSeconds) } };
    case 'CALLBACK':
      return { CallbackDetails: { CallbackId: callbackId } };
    case 'CONTEXT':
      return { ContextDetails: contextOf(update) };
    case 'STEP':
      return before.StepDetails ? { StepDetails: { ...before.StepDetails, NextAttemptTimestamp: undefined } } : {};
    default:
      return {};
  }
}

/** How the attempt that ends here ended. */
function attemptOf({ Payload, Error: error }: CheckedUpdate, { StepDetails }: Operation): Operation['StepDetails'] {
  return { Attempt: (StepDetails?.Attempt ?? 0) + 1, Result: Payload, Error: error };
}

function contextOf({ ContextOptions, Payload, Error: error }: CheckedUpdate): Operation['ContextDetails'] {
  return { ReplayChildren: ContextOptions?.ReplayChildren, Result: Payload, Error: error };
}

function retryAt({ StepOptions }: CheckedUpdate, now: Date): Date {
  return inSeconds(now, StepOptions?.NextAttemptDelaySeconds);
}

function inSeconds(now: Date, seconds = 0): Date {
  return new Date(now.getTime() + seconds * 1000);
}

function record(log: OperationLog, update: CheckedUpdate, before: Operation, after: Operation): void {
  const name = EVENT_NAME[update.Type];
  const retry = {
    RetryDetails: {
      CurrentAttempt: after.StepDetails?.Attempt,
      NextAttemptDelaySeconds: update.StepOptions?.NextAttemptDelaySeconds,
    },
  };
  // A condition that is not met yet is retried with its state, and without an error.
  const failed = update.Action === 'FAIL' || (update.Action === 'RETRY' && update.Error !== undefined);
  if (update.Action === 'START') log.record(`${name}Started`, after, startDetails(update, after));
  else if (update.Action === 'CANCEL') {
    // The API has no event for other operations that are cancelled.
    if (update.Type === 'WAIT') log.record('WaitCancelled', before, {});
  } else {
    const outcome = failed ? { Error: { Payload: update.Error } } : { Result: { Payload: update.Payload } };
    log.record(`${name}${failed ? 'Failed' : 'Succeeded'}`, after, {
      ...outcome,
      ...(update.Type === 'STEP' && retry),
    });
  }
}

function startDetails(update: CheckedUpdate, { CallbackDetails, WaitDetails }: Operation): Record<string, unknown> {
  switch (update.Type) {
    case 'WAIT':
      return { Duration: update.WaitOptions?.WaitSeconds, ScheduledEndTimestamp: WaitDetails?.ScheduledEndTimestamp };
    case 'CALLBACK':
      return {
        CallbackId: CallbackDetails?.CallbackId,
        Timeout: update.CallbackOptions?.TimeoutSeconds,
        HeartbeatTimeout: update.CallbackOptions?.HeartbeatTimeoutSeconds,
        Input: { Payload: update.Payload },
      };
    case 'CHAINED_INVOKE':
      return { FunctionName: update.ChainedInvokeOptions?.FunctionName, Input: { Payload: update.Payload } };
    default:
      return {};
  }
}
