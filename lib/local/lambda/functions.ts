import { randomUUID } from 'node:crypto';
import type { DurableEngine, Execution } from '../../durable-engine/index.ts';
import type { AwsWaits } from '../aws/index.ts';
import type { AsynchronousConfig, LocalFunction } from '../template/index.ts';
import { AsyncInvocations, type AsyncObserver, type Invoked } from './async-invocations.ts';
import { DurableFunctions } from './durable-functions.ts';
import { type DurableVersions, keyOf } from './durable-versions.ts';
import { type AttemptOutcome, type HostObserver, LambdaHost } from './host.ts';

/** A version of a durable function, as a caller has named it. */
export interface DurableTarget {
  versions: DurableVersions;
  version: string;
  functionArn: string;
  /** The caller gave a version or an alias. */
  isQualified: boolean;
  asynchronous: AsynchronousConfig;
}

/** What a function is invoked with. */
export interface InvokedWith {
  /** JSON */
  payload: string;
  /** `metadata.id` of the event, where it has one. */
  eventId: string;
  traceId: string;
}

/** The functions of the templates. */
export class Functions {
  readonly #environment: () => Record<string, string>;
  readonly #observer: HostObserver & AsyncObserver;
  readonly #invocations: AsyncInvocations;
  readonly #durable: DurableFunctions;
  #functions: readonly LocalFunction[] = [];
  /** Of functions that are not durable, by ARN, with the version's number behind it for those of published versions. */
  readonly #hosts = new Map<string, LambdaHost>();

  /** @param environment the variables that Lambda sets in every function */
  constructor(environment: () => Record<string, string>, waits: AwsWaits, observer: HostObserver & AsyncObserver) {
    this.#environment = environment;
    this.#observer = observer;
    this.#invocations = new AsyncInvocations(waits, observer);
    this.#durable = new DurableFunctions({
      open: (fn) => this.#open(fn),
      invokeOther: (name, payload) => this.#invokeOther(name, payload),
      waits,
      observer,
    });
  }

  /** The executions of durable functions. */
  get engine(): DurableEngine {
    return this.#durable.engine;
  }

  has(arn: string): boolean {
    return this.find(arn) !== undefined || this.findDurable(arn) !== undefined;
  }

  /** Replaces the set of functions; unchanged ones keep their processes. */
  async apply(functions: readonly LocalFunction[]): Promise<void> {
    this.#functions = functions;
    const ordinary = functions.filter(({ durable }) => durable === undefined);
    const wanted = new Map(ordinary.flatMap((fn) => versionsOf(fn).map((version) => [hostKey(version), version])));
    const gone = [...this.#hosts].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) this.#hosts.delete(key);
    for (const [key, fn] of wanted) {
      const host = this.#hosts.get(key);
      if (!host) this.#hosts.set(key, this.#open(fn));
      else if (keyOf(host.fn) !== keyOf(fn)) host.replace(fn);
    }
    const durable = functions.filter((fn) => fn.durable !== undefined);
    await Promise.all([this.#durable.apply(durable), ...gone.map(([, host]) => host.stop())]);
  }

  /** Replaces a function's code, from its next invocation on; of a durable function, from its next execution on. */
  replaceCode(arn: string, code: string): void {
    this.#durable.find(arn)?.replaceCode(code);
    for (const host of this.#hosts.values()) {
      if (host.fn.arn === arn) host.replace({ ...host.fn, code });
    }
  }

  /**
   * Invokes a function asynchronously, as EventBridge does.
   *
   * @param arn of the function, or of one of its versions or aliases
   * @param payload JSON
   * @returns whether the event was accepted: the function's queue may be full
   */
  invoke(arn: string, payload: string, eventId: string, traceId: string): boolean {
    const durable = this.findDurable(arn);
    if (durable) this.start(durable, { payload, eventId, traceId });
    const invoked = this.find(arn);
    return durable !== undefined || (invoked !== undefined && this.queue(invoked, { payload, eventId, traceId }));
  }

  /** Invokes a function that is not durable, asynchronously. @returns whether its queue took the event */
  queue(invoked: Invoked, { payload, eventId, traceId }: InvokedWith): boolean {
    return this.#invocations.invoke(invoked, payload, eventId, traceId);
  }

  /** Invokes a function that is not durable, once. @returns how it ended */
  run({ host, functionArn }: Invoked, { payload, eventId, traceId }: InvokedWith): Promise<AttemptOutcome> {
    const attempt = { requestId: randomUUID(), functionArn, eventId, traceId, attempt: 1 };
    return new Promise((resolve) => {
      host.run(
        { ...attempt, payload: JSON.parse(payload) },
        {
          ended: (invocation, outcome) => {
            const { ms, error } = outcome;
            const failure = error && { error: `${error.errorType}: ${error.errorMessage}` };
            this.#observer.onEnd(invocation, { ms, ...failure });
            resolve(outcome);
          },
        },
      );
    });
  }

  /**
   * Starts an execution of a durable function, or finds the one that has the name.
   *
   * @param waits the caller waits for the result: a failure is not sent to a dead-letter queue
   * @throws DurableApiError
   */
  start(target: DurableTarget, given: InvokedWith & { name?: string | undefined }, waits = false): Execution {
    const { versions, version, functionArn, asynchronous } = target;
    const { payload, name, eventId, traceId } = given;
    const origin = { functionArn, eventId, traceId, ...(!waits && { asynchronous }) };
    return this.#durable.start(versions, version, { payload, name }, origin);
  }

  /** A function that is not durable. @param given its name or its ARN, also with a version or an alias */
  find(given: string): Invoked | undefined {
    const { fn, qualifier, functionArn } = this.#named(given);
    if (!fn || fn.durable) return undefined;
    const { version = undefined, asynchronous = undefined } =
      qualifier === '' || qualifier === '$LATEST'
        ? { version: '$LATEST', asynchronous: fn.asynchronous }
        : (fn.qualifiers?.[qualifier] ?? {});
    const host = version === undefined ? undefined : this.#hosts.get(hostKey({ ...fn, version }));
    return host && { host, functionArn, asynchronous: asynchronous ?? {} };
  }

  /** A durable function. @param given as that of `find` */
  findDurable(given: string): DurableTarget | undefined {
    const { fn, qualifier, functionArn } = this.#named(given);
    const versions = this.#durable.find(fn?.arn ?? '');
    const version = versions?.resolve(qualifier || '$LATEST');
    if (!fn || !versions || version === undefined) return undefined;
    const asynchronous = fn.qualifiers?.[qualifier]?.asynchronous ?? fn.asynchronous ?? {};
    return { versions, version, functionArn, isQualified: qualifier !== '', asynchronous };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#durable.stop(), ...[...this.#hosts.values()].map((host) => host.stop())]);
  }

  /** `NAME`, `ACCOUNT:function:NAME`, or an ARN, each also with a version or an alias behind it. */
  #named(given: string): { fn?: LocalFunction | undefined; qualifier: string; functionArn: string } {
    const [, own = '', name = '', qualifier = ''] = NAME.exec(given) ?? [];
    const fn = this.#functions.find((one) => (own.startsWith('arn:') ? one.arn === own : one.name === name));
    return { fn, qualifier, functionArn: [fn?.arn, ...(qualifier && [qualifier])].join(':') };
  }

  /** For `context.invoke` of a durable function. @throws the error of the other function */
  async #invokeOther(name: string, payload: string): Promise<string | undefined> {
    const given = { payload, eventId: randomUUID(), traceId: '' };
    const durable = this.findDurable(name);
    if (durable) {
      const execution = this.start(durable, given, true);
      await execution.ended;
      const { Status, Result, Error: error } = execution.description;
      if (Status !== 'SUCCEEDED') throw error;
      return Result;
    }
    const invoked = this.find(name);
    if (!invoked) throw { ErrorType: 'ResourceNotFoundException', ErrorMessage: `Function not found: ${name}` };
    const { error, response } = await this.run(invoked, given);
    if (error) throw error;
    return response;
  }

  #open(fn: LocalFunction): LambdaHost {
    return new LambdaHost(fn, this.#environmentOf(fn), this.#observer);
  }

  /** A function is in the region that its ARN names. */
  #environmentOf({ arn }: LocalFunction): Record<string, string> {
    const [, , , region = ''] = arn.split(':');
    return { ...this.#environment(), AWS_REGION: region, AWS_DEFAULT_REGION: region };
  }
}

const NAME = /^((?:arn:[^:]+:lambda:[^:]*:\d*:|\d{12}:)?(?:function:)?([^:]+))(?::([^:]+))?$/;

/** The function as each of the versions that can be invoked. All have the same code here. */
function versionsOf(fn: LocalFunction): LocalFunction[] {
  const published = new Set(Object.values(fn.qualifiers ?? {}).map(({ version }) => version));
  published.delete('$LATEST');
  return [fn, ...[...published].map((version) => ({ ...fn, version }))];
}

function hostKey({ arn, version = '$LATEST' }: LocalFunction): string {
  return version === '$LATEST' ? arn : `${arn}:${version}`;
}
