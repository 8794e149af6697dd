import type { AriClient } from '../ari/client.ts';
import { DurableEngine, type EngineInvocation, type Execution } from '../durable-engine/index.ts';
import type { CallEventEnvelope } from '../events/call-event.ts';
import { completeWait } from '../flow/complete-wait.ts';
import { flowDispatcher } from '../flow/dispatch.ts';
import type { DurableApi } from '../flow/durable-api.ts';
import type { CallFlow } from '../flow/flow-function.ts';
import type { Inbox } from '../flow/inbox.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../simulator/clock.ts';
import { holdFlowGlobals } from './flow-globals.ts';
import { inMemoryInbox } from './in-memory-inbox.ts';
import type { Interleaving } from './interleaving.ts';
import { type CrashPoint, Invocation } from './invocation.ts';
import { withShortTimers } from './short-timers.ts';
import { Traffic } from './traffic.ts';

/** An execution of a flow, for tests. */
export interface TestFlow {
  /** The app of its call. */
  app: string;
  channelId: string;
  status: Execution['status'];
  /** What the flow returned, or `{ ended: 'hung up' }`. */
  result: unknown;
  /** Where it failed. */
  error: string | undefined;
  /** How often its function was invoked. */
  invocations: number;
  /** Operations that Lambda counts: the execution's start, steps, callbacks. */
  operations: number;
}

export interface FlowServiceOptions {
  flows: Readonly<Record<string, CallFlow>>;
  clock: Clock;
  /** The client of an invocation. */
  clientOf: (invocation: Invocation) => AriClient;
  log: Log;
  interleaving?: Interleaving | undefined;
  crashes?: ((point: CrashPoint) => boolean) | undefined;
}

const LIMIT_SECONDS = 7 * 24 * 3600;

/** The executions of a test's flows, their inboxes, and their dispatchers. */
export class FlowService {
  readonly #options: FlowServiceOptions;
  readonly #engine: DurableEngine;
  readonly #inbox = inMemoryInbox();
  readonly #running = new Set<Invocation>();
  readonly #invocations = new Map<string, number>();
  /** What is due now, and has not happened yet. */
  #dueNow = 0;
  readonly #letGo: () => void;
  /** Requests of dispatchers. */
  readonly traffic: Traffic;
  /** Failures of executions that no test has seen yet. */
  readonly failures: Error[] = [];

  constructor(options: FlowServiceOptions) {
    const { clock, interleaving } = options;
    this.#options = options;
    this.#letGo = Object.keys(options.flows).length > 0 ? holdFlowGlobals() : () => {};
    this.traffic = new Traffic(interleaving);
    this.#engine = new DurableEngine({
      invoke: (invocation) => this.#invoke(invocation),
      clock: { now: () => clock.now(), after: (ms, action) => (ms > 0 ? clock.after(ms, action) : this.#now(action)) },
      // A test's clock does not go on for Lambda's pauses: a caller would wait in silence meanwhile.
      retryDelaySeconds: () => 0,
      onEnd: (execution) => this.#ended(execution),
    });
  }

  /** Whether an invocation goes on by itself: it does not wait for an answer. */
  get isBusy(): boolean {
    return this.#dueNow > 0 || [...this.#running].some(({ traffic }) => traffic.underWay === 0);
  }

  /** How many requests of invocations were sent and answered, together. */
  get steps(): number {
    return [...this.#running].reduce((sum, { traffic }) => sum + traffic.steps, this.traffic.steps);
  }

  get flows(): TestFlow[] {
    return this.#engine.executions.map((execution) => {
      const { InputPayload, Status, Result, Error: error } = execution.description;
      const { event } = JSON.parse(InputPayload ?? '{}');
      return {
        app: event.application,
        channelId: event.channel.id,
        status: Status,
        result: Result === undefined ? undefined : JSON.parse(Result),
        error: error?.ErrorMessage,
        invocations: execution.invocations,
        operations: execution.operations.length,
      };
    });
  }

  /** The function that an app's events go to. */
  dispatcherOf(app: string): (envelope: CallEventEnvelope) => Promise<void> {
    return flowDispatcher({ ...this.#aws(this.traffic), functionName: app, log: this.#options.log });
  }

  /** Gives a flow the value that it waits for. */
  completeWait(ref: string, name: string, value: unknown): Promise<void> {
    return completeWait(ref, name, value, this.#aws(this.traffic));
  }

  /** What functions use of AWS. */
  #aws(traffic: Traffic): { inbox: Inbox; api: DurableApi } {
    const inbox = this.#inbox;
    const engine = this.#engine;
    return {
      inbox: {
        append: (...given) => traffic.request(() => inbox.append(...given)),
        wait: (...given) => traffic.request(() => inbox.wait(...given)),
        look: (...given) => traffic.request(() => inbox.look(...given)),
      },
      api: {
        checkpoint: (request) => traffic.request(() => engine.checkpoint(request as never) as never),
        getExecutionState: (request) => traffic.request(() => engine.getState(request as never) as never),
        start: (functionArn, name, input) =>
          traffic.request(() => {
            const payload = JSON.stringify(input);
            unless('DurableExecutionAlreadyStarted', () =>
              engine.start({ functionArn, version: '1', payload, name, timeoutSeconds: LIMIT_SECONDS }),
            );
          }),
        complete: (callbackId, result) =>
          traffic.request(() =>
            unless('CallbackTimeout|ResourceNotFound', () => engine.callbackSucceeded(callbackId, result)),
          ),
      },
    };
  }

  async #invoke({ functionArn: app, event, execution }: EngineInvocation): Promise<unknown> {
    const flow = this.#options.flows[app];
    if (!flow) throw new Error(`Expected a flow of the app ${app}, got none`);
    const { name } = execution.identity;
    const number = (this.#invocations.get(name) ?? 0) + 1;
    this.#invocations.set(name, number);
    const { crashes, interleaving, clock, log, clientOf } = this.#options;
    const isCrash = (point: Pick<CrashPoint, 'request' | 'of' | 'when'>): boolean =>
      crashes?.({ execution: name, invocation: number, ...point }) ?? false;
    const invocation = new Invocation(new Traffic(interleaving), isCrash);
    this.#running.add(invocation);
    try {
      await invocation.traffic.request(() => undefined);
      const inEnvironment = flow.withOptions({
        ...invocation.gated(this.#aws(invocation.traffic)),
        clientOf: () => clientOf(invocation),
        log,
        sleep: (ms) => invocation.traffic.request(() => new Promise<void>((done) => void clock.after(ms, done))),
      });
      // A step that it waits for goes on for as long as it takes: no more than one look at each callback.
      const context = { awsRequestId: `${name}-${number}`, getRemainingTimeInMillis: () => 0 };
      const work = withShortTimers(() => inEnvironment(structuredClone(event) as never, context as never));
      return await invocation.untilCrash(work);
    } finally {
      this.#running.delete(invocation);
      this.traffic.steps += invocation.traffic.steps;
    }
  }

  close(): void {
    this.#letGo();
  }

  #now(action: () => void): () => void {
    let isDue = true;
    this.#dueNow += 1;
    const end = (): boolean => {
      const was = isDue;
      isDue = false;
      if (was) this.#dueNow -= 1;
      return was;
    };
    setImmediate(() => {
      if (end()) action();
    });
    return () => void end();
  }

  #ended(execution: Execution): void {
    const { Status, Error: error } = execution.description;
    if (Status !== 'FAILED') return;
    const failure = new Error(`The flow of a call failed: ${error?.ErrorType}: ${error?.ErrorMessage}`);
    this.failures.push(Object.assign(failure, { stack: [failure.message, ...(error?.StackTrace ?? [])].join('\n') }));
  }
}

/** Does something that Lambda's API may refuse for reasons that are no failure. @returns whether it did not */
function unless(reasons: string, work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (new RegExp(`^(${reasons})Exception$`).test((error as Error).name)) return false;
    throw error;
  }
}
