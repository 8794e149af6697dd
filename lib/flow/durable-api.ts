import type { AwsEnvironment } from '../aws/endpoint.ts';
import { AwsError } from '../aws/errors.ts';
import { type LambdaAnswer, lambdaRequest } from '../aws/lambda-request.ts';

const VERSION = '/2025-12-01';

/** An operation of an execution, with its times. */
export interface DurableOperation {
  Id: string;
  Type: string;
  Status: string;
  StartTimestamp?: unknown;
  EndTimestamp?: unknown;
  StepDetails?: { NextAttemptTimestamp?: unknown };
  WaitDetails?: { ScheduledEndTimestamp?: unknown };
}

/** What flows need of Lambda's API. The first two methods are the SDK's `DurableExecutionClient`. */
export interface DurableApi {
  /** `CheckpointDurableExecution` */
  checkpoint(request: {
    DurableExecutionArn?: string | undefined;
    CheckpointToken?: string | undefined;
    Updates?: readonly object[] | undefined;
    ClientToken?: string | undefined;
  }): Promise<{
    CheckpointToken?: string | undefined;
    NewExecutionState: { Operations: DurableOperation[]; NextMarker?: string | undefined };
  }>;
  /** `GetDurableExecutionState` */
  getExecutionState(request: {
    DurableExecutionArn?: string | undefined;
    CheckpointToken?: string | undefined;
    Marker?: string | undefined;
    MaxItems?: number | undefined;
  }): Promise<{ Operations: DurableOperation[]; NextMarker?: string | undefined }>;
  /**
   * Starts an execution; one of that name and input that has started already is the same one.
   *
   * @param functionName with its alias or version: an ARN or `NAME:ALIAS`
   */
  start(functionName: string, executionName: string, input: object): Promise<void>;
  /** @returns whether it was open: one that is completed, or whose execution is over, is not */
  complete(callbackId: string, result: string): Promise<boolean>;
}

/**
 * Lambda's API for durable executions, without an SDK.
 *
 * @example
 * const api = durableApi();
 * await api.start('ivr:live', 'pbx-1_1795403597-0_3f2a', { event });
 */
export function durableApi(environment: AwsEnvironment = process.env): DurableApi {
  return {
    async checkpoint({ DurableExecutionArn = '', ...body }) {
      // The same token on every attempt of this request: AWS takes it once.
      const request = { ClientToken: crypto.randomUUID(), ...body };
      const path = `${VERSION}/durable-executions/${encodeURIComponent(DurableExecutionArn)}/checkpoint`;
      const answer = await lambdaRequest(
        { service: 'lambda', method: 'POST', path, headers: JSON_BODY, body: JSON.stringify(request) },
        environment,
      ).catch(endsInvocation);
      if (answer.status !== 200) throw classified(answer);
      const { CheckpointToken, NewExecutionState } = (answer.body ?? {}) as {
        CheckpointToken?: string;
        NewExecutionState?: { Operations?: DurableOperation[]; NextMarker?: string };
      };
      const { Operations = [], ...more } = NewExecutionState ?? {};
      return { CheckpointToken, NewExecutionState: { ...more, Operations: Operations.map(withDates) } };
    },
    async getExecutionState({ DurableExecutionArn = '', CheckpointToken = '', Marker, MaxItems }) {
      const query = Object.entries({ CheckpointToken, Marker, MaxItems }).flatMap(([name, value]) =>
        value === undefined || value === '' ? [] : [[name, String(value)] as const],
      );
      const path = `${VERSION}/durable-executions/${encodeURIComponent(DurableExecutionArn)}/state`;
      const answer = await lambdaRequest({ service: 'lambda', method: 'GET', path, query }, environment).catch(
        endsInvocation,
      );
      if (answer.status !== 200) throw classified(answer);
      const { Operations = [], NextMarker } = (answer.body ?? {}) as {
        Operations?: DurableOperation[];
        NextMarker?: string;
      };
      return { Operations: Operations.map(withDates), NextMarker };
    },
    async start(functionName, executionName, input) {
      const headers = {
        ...JSON_BODY,
        'x-amz-invocation-type': 'Event',
        'x-amz-durable-execution-name': executionName,
      };
      const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
      const answer = await lambdaRequest(
        { service: 'lambda', method: 'POST', path, headers, body: JSON.stringify(input) },
        environment,
      );
      if (answer.status >= 300 && codeOf(answer) !== 'DurableExecutionAlreadyStartedException') throw refusal(answer);
    },
    async complete(callbackId, result) {
      const path = `${VERSION}/durable-execution-callbacks/${encodeURIComponent(callbackId)}/succeed`;
      const headers = { 'content-type': 'application/octet-stream' };
      const answer = await lambdaRequest(
        { service: 'lambda', method: 'POST', path, headers, body: result },
        environment,
      );
      if (answer.status < 300) return true;
      if (/^(CallbackTimeout|ResourceNotFound)Exception$/.test(codeOf(answer))) return false;
      throw refusal(answer);
    },
  };
}

const JSON_BODY = { 'content-type': 'application/json' };

/** Of AWS's REST protocol the header has the code, with a namespace or an address behind it. */
function codeOf({ status, headers, body }: LambdaAnswer): string {
  const said = headers['x-amzn-errortype'] ?? body?.__type ?? body?.Type ?? '';
  const code = String(said).replace(/:.*$/, '').replace(/^.*#/, '');
  return code === '' ? `HTTP status ${status}` : code;
}

function refusal(answer: LambdaAnswer): AwsError {
  const message = answer.body?.message ?? answer.body?.Message;
  return new AwsError(codeOf(answer), message === undefined ? undefined : String(message));
}

/**
 * What the SDK is to do: a checkpoint of an invocation that another one has replaced, and what may pass, end the invocation,
 * and Lambda goes on with a new one. Other refusals end the execution.
 */
function classified(answer: LambdaAnswer): Error {
  const error = refusal(answer);
  const isReplaced =
    error.code === 'InvalidParameterValueException' && error.message.includes('Invalid Checkpoint Token');
  const mayPass = answer.status === 429 || answer.status >= 500 || isReplaced;
  return clientError(error, mayPass ? 'INVOCATION' : 'EXECUTION');
}

function endsInvocation(error: Error): never {
  throw clientError(error, 'INVOCATION');
}

/** As the SDK knows it by its fields, so that a dispatcher does not load the SDK for its class. */
function clientError(cause: Error, scope: 'INVOCATION' | 'EXECUTION'): Error {
  const error = new Error(cause.message, { cause });
  return Object.assign(error, { name: 'DurableExecutionClientError', isDurableExecutionClientError: true, scope });
}

/** AWS writes times as seconds since 1970; the SDK expects dates. */
function withDates(operation: DurableOperation): DurableOperation {
  const { StepDetails: step, WaitDetails: wait } = operation;
  return {
    ...operation,
    StartTimestamp: dateOf(operation.StartTimestamp),
    EndTimestamp: dateOf(operation.EndTimestamp),
    ...(step && { StepDetails: { ...step, NextAttemptTimestamp: dateOf(step.NextAttemptTimestamp) } }),
    ...(wait && { WaitDetails: { ...wait, ScheduledEndTimestamp: dateOf(wait.ScheduledEndTimestamp) } }),
  };
}

function dateOf(time: unknown): Date | undefined {
  if (time === undefined || time === null) return undefined;
  return new Date(typeof time === 'number' ? time * 1000 : String(time));
}
