import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { reasonOf } from '../lib/ari/errors.ts';
import { type AwsAnswer, AwsService, errorCode } from '../lib/aws/service.ts';
import type { EventBus, PutOutcome } from './event-bus.ts';

/** Codes of entries that may be accepted when sent again (EventBridge API Reference, PutEventsResultEntry). */
const ENTRY_STATUS: Record<string, 'throttled' | 'failed'> = {
  ThrottlingException: 'throttled',
  InternalFailure: 'failed',
  InternalException: 'failed',
};
/** Codes of whole requests that are refused because there are too many of them. */
const THROTTLING = /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown)/;
/** Codes of whole requests that the service cannot make sense of. */
const MALFORMED = new Set(['ValidationException', 'SerializationException']);

interface ResultEntry {
  EventId?: string;
  ErrorCode?: string;
  ErrorMessage?: string;
}

/** Amazon EventBridge's PutEvents. */
export class EventBridge implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #connections: number;
  /** What stands before each entry: its bus. */
  readonly #opening: Buffer;
  #service: Promise<AwsService> | undefined;

  /** Credentials, region and endpoint come from the environment, as the SDK reads it. */
  constructor(eventBusName: string, connections: number) {
    this.#client = new EventBridgeClient({});
    this.#connections = connections;
    this.#opening = Buffer.from(`{"EventBusName":${JSON.stringify(eventBusName)},`);
  }

  async put(entries: readonly Buffer[]): Promise<PutOutcome[]> {
    let answer: AwsAnswer;
    try {
      answer = await (await this.#open()).request('AWSEvents.PutEvents', this.#body(entries));
    } catch (error) {
      return entries.map(() => ({ status: 'unavailable', reason: reasonOf(error) }));
    }
    return answer.status === 200 ? outcomesOf(entries.length, answer) : this.#wholeRequestFailed(entries, answer);
  }

  close(): void {
    this.#client.destroy();
    void this.#service?.then((service) => service.close());
  }

  #open(): Promise<AwsService> {
    this.#service ??= endpointOf(this.#client).then(
      (endpoint) =>
        new AwsService({
          config: this.#client.config,
          service: 'events',
          endpoint,
          connections: this.#connections,
          contentType: 'application/x-amz-json-1.1',
        }),
    );
    this.#service.catch(() => {
      this.#service = undefined;
    });
    return this.#service;
  }

  #body(entries: readonly Buffer[]): Buffer {
    const parts: Buffer[] = [];
    for (const entry of entries) {
      parts.push(parts.length === 0 ? FIRST : NEXT, this.#opening, entry.subarray(1));
    }
    parts.push(LAST);
    return Buffer.concat(parts);
  }

  /** Only a malformed request is final. Network, permissions and a wrong bus can be mended while entries wait. */
  async #wholeRequestFailed(entries: readonly Buffer[], { status, body }: AwsAnswer): Promise<PutOutcome[]> {
    const code = errorCode(body) || `HTTP status ${status}`;
    const reason = `${code}: ${String(body?.message ?? body?.Message ?? 'no further word')}`;
    if (status === 429 || THROTTLING.test(code)) return entries.map(() => ({ status: 'throttled', reason }));
    const malformed = (MALFORMED.has(code) || status === 413) && !reason.includes('eventBusName');
    if (!malformed) return entries.map(() => ({ status: 'unavailable', reason }));
    if (entries.length === 1) return [{ status: 'rejected', reason }];
    // One of them spoils the request: find out which.
    const outcomes: PutOutcome[] = [];
    for (const entry of entries) outcomes.push(...(await this.put([entry])));
    return outcomes;
  }
}

const FIRST = Buffer.from('{"Entries":[');
const NEXT = Buffer.from(',');
const LAST = Buffer.from(']}');

function outcomesOf(count: number, { body }: AwsAnswer): PutOutcome[] {
  const results = Array.isArray(body?.Entries) ? (body.Entries as (ResultEntry | undefined)[]) : [];
  return Array.from({ length: count }, (_, index): PutOutcome => {
    const result = results[index];
    if (result?.EventId) return { status: 'accepted' };
    // An answer without a word on this entry: it may or may not be on the bus; its id tells twins apart.
    if (!result?.ErrorCode) return { status: 'failed', reason: 'the answer does not mention this entry' };
    const reason = `${result.ErrorCode}: ${result.ErrorMessage ?? 'no message'}`;
    return { status: ENTRY_STATUS[result.ErrorCode] ?? 'rejected', reason };
  });
}

/** Where the SDK would send PutEvents: its own rules decide, from the environment, profiles and the region. */
async function endpointOf(client: EventBridgeClient): Promise<URL> {
  const command = new PutEventsCommand({ Entries: [] });
  let endpoint: URL | undefined;
  command.middlewareStack.add(
    () => async (args) => {
      const { protocol, hostname, port, path } = args.request as Record<string, string>;
      endpoint = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
      return { response: undefined, output: { $metadata: {}, Entries: [] } };
    },
    { step: 'build', name: 'endpointOf' },
  );
  await client.send(command);
  if (!endpoint) throw new Error('the SDK names no endpoint of EventBridge');
  return endpoint;
}
