import { randomUUID } from 'node:crypto';
import {
  DurableEngine,
  type DurableInvocationInput,
  type EngineInvocation,
  type Execution,
} from '../../durable-engine/index.ts';
import { parseJson } from '../../json.ts';
import type { AwsWaits } from '../aws/index.ts';
import type { AsynchronousConfig, LocalFunction } from '../template/index.ts';
import type { AsyncObserver } from './async-invocations.ts';
import { DurableVersions } from './durable-versions.ts';
import { giveUp } from './failed-event.ts';
import type { LambdaHost } from './host.ts';

/** Lambda's longest wait before it repeats a failed invocation. */
const MAX_RETRY_SECONDS = 60;

/** Where an execution comes from. */
interface Origin {
  /** By which the function was invoked. */
  functionArn: string;
  /** `metadata.id` of the event that it began with. */
  eventId: string;
  traceId: string;
  /** What becomes of an event whose execution fails; none where the caller waits for the result. */
  asynchronous?: AsynchronousConfig | undefined;
}

export interface DurableFunctionsOptions {
  /** Runs a version of a function in processes of its own. */
  open(fn: LocalFunction): LambdaHost;
  /** Runs a function by its name or ARN, for `context.invoke`. @throws its error */
  invokeOther(functionName: string, payload: string): Promise<string | undefined>;
  waits: AwsWaits;
  observer: AsyncObserver;
}

/** The durable functions of the templates: their versions, and their executions in an engine of our own. */
export class DurableFunctions {
  readonly engine: DurableEngine;
  readonly #options: DurableFunctionsOptions;
  readonly #functions = new Map<string, DurableVersions>();
  readonly #origins = new WeakMap<Execution, Origin>();

  constructor(options: DurableFunctionsOptions) {
    this.#options = options;
    const { invokeOther, waits } = options;
    this.engine = new DurableEngine({
      invoke: (invocation) => this.#invoke(invocation),
      invokeOther,
      retryDelaySeconds: (failures) => waits.here(Math.min(MAX_RETRY_SECONDS, 2 ** (failures - 1))),
      onEnd: (execution) => this.#onEnd(execution),
    });
  }

  /** The versions of a function, by the function's ARN. */
  find(arn: string): DurableVersions | undefined {
    return this.#functions.get(arn);
  }

  /** Replaces the set of functions. Invocations of those that are gone fail. */
  async apply(functions: readonly LocalFunction[]): Promise<void> {
    const gone = [...this.#functions].filter(([arn]) => !functions.some((fn) => fn.arn === arn));
    for (const [arn] of gone) this.#functions.delete(arn);
    for (const fn of functions) {
      const versions = this.#functions.get(fn.arn);
      if (versions) versions.apply(fn);
      else this.#functions.set(fn.arn, new DurableVersions(fn, this.#options.open));
    }
    await Promise.all(gone.map(([, versions]) => versions.stop()));
  }

  /**
   * Starts an execution, or finds the one that has the name.
   *
   * @param version as `resolve` of its versions gives it
   * @param started `payload` as JSON; a name is made where there is none
   * @throws DurableApiError
   */
  start(
    versions: DurableVersions,
    version: string,
    started: { payload: string; name?: string | undefined },
    origin: Origin,
  ): Execution {
    const { arn: functionArn, durable } = versions.fn;
    const { timeoutSeconds = 0, retentionDays } = durable ?? {};
    const { execution, isNew } = this.engine.start({ functionArn, version, timeoutSeconds, retentionDays, ...started });
    if (isNew) {
      this.#origins.set(execution, origin);
      versions.hold(version);
    }
    return execution;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#functions.values()].map((versions) => versions.stop()));
  }

  async #invoke({ functionArn, version, event, execution }: EngineInvocation): Promise<unknown> {
    // After `start` has noted where the execution comes from.
    await undefined;
    const host = this.#functions.get(functionArn)?.host(version);
    const origin = this.#origins.get(execution);
    if (!host || !origin) throw new Error(`Function not found: ${functionArn}:${version}`);
    const attempt = {
      ...{ requestId: randomUUID(), payload: withEpochs(event), eventId: origin.eventId, traceId: origin.traceId },
      ...{ functionArn: origin.functionArn, attempt: 1 },
      flow: {
        execution: execution.identity.name,
        invocation: execution.invocations,
        input: parseJson(execution.identity.input),
        resumedBy: event.UpdatedOperationIds.map((id) => nameOf(execution, id)),
      },
    };
    return new Promise((resolve, reject) => {
      host.run(attempt, {
        ended: (invocation, { ms, error, response }) => {
          const outcome = error && { error: `${error.errorType}: ${error.errorMessage}` };
          this.#options.observer.onEnd(invocation, { ms, ...outcome });
          if (error) reject(error);
          else resolve(parseJson(response ?? ''));
        },
      });
    });
  }

  #onEnd(execution: Execution): void {
    const { functionArn, version, input, name } = execution.identity;
    const versions = this.#functions.get(functionArn);
    versions?.release(version);
    const { asynchronous, functionArn: invokedArn } = this.#origins.get(execution) ?? {};
    const { Status, Error: error } = execution.description;
    if (Status === 'SUCCEEDED' || !versions || !asynchronous) return;
    const lastError = {
      errorType: error?.ErrorType ?? Status,
      errorMessage: error?.ErrorMessage ?? `The execution ${name} ended with ${Status}`,
    };
    const event = { requestId: name, functionArn: invokedArn ?? functionArn, text: input, lastError, asynchronous };
    giveUp({ ...event, fn: versions.fn, attempts: execution.invocations }, 'RetriesExhausted', this.#options.observer);
  }
}

/** The name of an operation, or else of the context that it runs in, or else its type. */
function nameOf({ operations }: Execution, id: string): string {
  const operation = operations.find(({ Id }) => Id === id);
  const parent = operations.find(({ Id }) => Id === operation?.ParentId);
  return operation?.Name ?? parent?.Name ?? operation?.Type ?? '';
}

/** Lambda gives a function the times of operations in milliseconds since 1970; its API, in seconds. */
function withEpochs(event: DurableInvocationInput): object {
  const text = JSON.stringify(event, function (this: Record<string, unknown>, key, value: unknown) {
    const raw = this[key];
    return raw instanceof Date ? raw.getTime() : value;
  });
  return JSON.parse(text) as object;
}
