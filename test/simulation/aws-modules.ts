import type { EventBridgeService, ServiceAnswer } from './event-bridge.ts';
import type { Network } from './network.ts';
import type { SimProcess } from './sim-process.ts';
import type { SqsService } from './sqs-service.ts';
import type { TableService } from './table-service.ts';
import type { VirtualClock } from './virtual-clock.ts';

export const EVENTS_HOST = 'events.eu-west-1.amazonaws.com';
export const SQS_HOST = 'sqs.eu-west-1.amazonaws.com';
export const TABLE_HOST = 'dynamodb.eu-west-1.amazonaws.com';
export const SECRETS_HOST = 'secretsmanager.eu-west-1.amazonaws.com';

/** Secrets Manager. */
export interface Secrets {
  username: string;
  password: string;
  /** How many faults hold at the moment in which the secret has another password, or cannot be read. */
  wrong: number;
  faults: number;
}

export function secretText({ username, password, wrong }: Secrets): string {
  return JSON.stringify({ username, password: wrong > 0 ? 'wrong' : password });
}

export interface AwsSurroundings {
  clock: VirtualClock;
  network: Network;
  process: SimProcess;
  name: string;
  host: string;
  bus: EventBridgeService;
  queue: SqsService;
  table: TableService;
  secrets: Secrets;
  /** Called with +1 for each request to the bus that begins, and -1 for each that ends. */
  onCount(change: number): void;
}

interface DispatchHandler {
  onResponseStart(controller: unknown, status: number, headers: Record<string, string>): void;
  onResponseData(controller: unknown, chunk: Buffer): void;
  onResponseEnd(controller: unknown, trailers: object): void;
  onResponseError(controller: unknown, error: Error): void;
}

interface DispatchOptions {
  headers: Record<string, string>;
  body: Buffer;
}

interface PoolOptions {
  headersTimeout: number;
  connect: { timeout: number };
}

/** What the connector uses of `undici`: requests to AWS. */
export function undiciModule({
  clock,
  network,
  process,
  name,
  host,
  bus,
  queue,
  table,
  onCount,
}: AwsSurroundings): object {
  class Pool {
    readonly #options: PoolOptions;
    readonly #service: string;
    #destroyed = false;
    /** A connection is kept open. */
    #connected = false;

    constructor(origin: string, options: PoolOptions) {
      this.#service = new URL(origin).hostname;
      this.#options = options;
    }

    dispatch({ headers, body }: DispatchOptions, handler: DispatchHandler): void {
      const count = this.#service === EVENTS_HOST ? onCount : () => {};
      count(1);
      let done = false;
      const finish = (task: () => void): void => {
        if (done) return;
        done = true;
        late();
        count(-1);
        if (!this.#destroyed) process.deliver(task);
      };
      const fail = (code: string): void => {
        this.#connected = false;
        finish(() => handler.onResponseError(undefined, Object.assign(new Error(code), { code })));
      };
      const { headersTimeout, connect } = this.#options;
      const cut = !this.#connected && network.isCut(host, this.#service);
      const late = clock.after(cut ? connect.timeout : headersTimeout, () =>
        fail(cut ? 'UND_ERR_CONNECT_TIMEOUT' : 'UND_ERR_HEADERS_TIMEOUT'),
      );
      const answered = ({ status, body: answer }: ServiceAnswer): void =>
        finish(() => {
          this.#connected = true;
          handler.onResponseStart(undefined, status, { date: clock.now().toUTCString() });
          handler.onResponseData(undefined, Buffer.from(JSON.stringify(answer)));
          handler.onResponseEnd(undefined, {});
        });
      const toHere = network.direction(this.#service, host);
      network.direction(
        host,
        this.#service,
      )(() => {
        // A connection that was not established within its time is given up; a request that was sent may be served late.
        if (done && cut) return;
        const isBus = this.#service === EVENTS_HOST;
        const isTable = this.#service === TABLE_HOST;
        clock.after(isBus ? bus.trouble.slowMs : isTable ? table.slowMs : 0, () => {
          const text = body.toString('utf8');
          const target = headers['x-amz-target'] ?? '';
          const answer = isBus ? bus.put(name, text) : isTable ? table.call(target, text) : queue.call(target, text);
          if (answer.lost === 'silence') return;
          toHere(() => (answer.lost === 'reset' ? fail('ECONNRESET') : answered(answer)));
        });
      });
    }

    destroy(): Promise<void> {
      this.#destroyed = true;
      return Promise.resolve();
    }
  }
  return { Pool };
}

const config = {
  credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }),
  region: async () => 'eu-west-1',
};

/** What the connector uses of the SDK's client for EventBridge: credentials, region and the endpoint. */
export function eventBridgeSdk(): object {
  type Middleware = () => (given: { request: object }) => Promise<unknown>;
  class PutEventsCommand {
    middleware: Middleware | undefined;
    readonly middlewareStack = {
      add: (middleware: Middleware) => {
        this.middleware = middleware;
      },
    };
  }
  class EventBridgeClient {
    readonly config = config;
    async send(command: PutEventsCommand): Promise<unknown> {
      return command.middleware?.()({ request: { protocol: 'https:', hostname: EVENTS_HOST, path: '/' } });
    }
    destroy(): void {}
  }
  return { EventBridgeClient, PutEventsCommand };
}

/** What the connector uses of the SDK's client for Secrets Manager. */
export function secretsManagerSdk({ clock, network, process, host, secrets }: AwsSurroundings): object {
  class GetSecretValueCommand {}
  class SecretsManagerClient {
    readonly config = config;
    readonly #timeout: number;

    constructor({ requestHandler }: { requestHandler: { requestTimeout: number } }) {
      this.#timeout = requestHandler.requestTimeout;
    }

    send(): Promise<{ SecretString: string }> {
      return new Promise((resolve, reject) => {
        const late = clock.after(this.#timeout, () =>
          process.deliver(() => reject(failure('TimeoutError', 'no answer'))),
        );
        const toHere = network.direction(SECRETS_HOST, host);
        network.direction(
          host,
          SECRETS_HOST,
        )(() =>
          toHere(() => {
            late();
            process.deliver(() =>
              secrets.faults > 0
                ? reject(failure('AccessDeniedException', 'not authorized'))
                : resolve({ SecretString: secretText(secrets) }),
            );
          }),
        );
      });
    }

    destroy(): void {}
  }
  return { SecretsManagerClient, GetSecretValueCommand };
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
