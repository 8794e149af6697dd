type Key = string | symbol;

const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID');
const TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID');
const TENANT_ID = Symbol.for('_AWS_LAMBDA_TENANT_ID');

/** `awslambda.InvokeStore` of nodejs24.x: what libraries such as Powertools know of the running invocation. */
export class InvokeStore {
  #context: Record<Key, unknown> | undefined;

  getContext(): Record<Key, unknown> | undefined {
    return this.#context;
  }

  hasContext(): boolean {
    return this.#context !== undefined;
  }

  get(key: Key): unknown {
    return this.#context?.[key];
  }

  set(key: Key, value: unknown): void {
    if ([REQUEST_ID, TRACE_ID, TENANT_ID].includes(key as symbol)) {
      throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    }
    this.#context = { ...this.#context, [key]: value };
  }

  /** Opens the store of a new invocation. */
  open(requestId: string, traceId: string | undefined): void {
    this.#context = { [REQUEST_ID]: requestId, [TRACE_ID]: traceId };
  }

  run<T>(context: Record<Key, unknown>, work: () => T): T {
    this.#context = context;
    return work();
  }

  getRequestId(): unknown {
    return this.get(REQUEST_ID) ?? '-';
  }

  getXRayTraceId(): unknown {
    return this.get(TRACE_ID);
  }

  getTenantId(): unknown {
    return this.get(TENANT_ID);
  }
}
