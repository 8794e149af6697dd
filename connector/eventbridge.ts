import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { reasonOf } from '../lib/ari/errors.ts';
import { refusalOf } from '../lib/aws/errors.ts';
import { type AwsAnswer, AwsService } from '../lib/aws/service.ts';
import { type BusEntry, entrySize } from '../lib/events/entry.ts';
import type { BusLimits, EncodedEntry, EventBus, PutOutcome } from './event-bus.ts';

/** Codes of entries that may be accepted when sent again (EventBridge API Reference, PutEventsResultEntry). */
const ENTRY_STATUS: Record<string, 'throttled' | 'failed'> = {
  ThrottlingException: 'throttled',
  InternalFailure: 'failed',
  InternalException: 'failed',
};
/** Codes of entries that a policy denies. */
const DENIED = new Set([
  'AccessDeniedException',
  'NotAuthorizedForSourceException',
  'NotAuthorizedForDetailTypeException',
]);
/** Codes of whole requests that are refused because there are too many of them. */
const THROTTLING = /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown)/;
/** Codes of whole requests that the service cannot read. */
const MALFORMED = new Set(['ValidationException', 'SerializationException']);

interface ResultEntry {
  EventId?: string;
  ErrorCode?: string;
  ErrorMessage?: string;
}

/** PutEvents takes 1 to 10 entries. */
const REQUEST_ENTRIES = 10;
/** EventBridge takes entries of up to 1 MiB. */
const ENTRY_BYTES = 1024 * 1024;

export interface EventBridgeOptions {
  /** Name or ARN of the bus. */
  eventBusName: string;
  /** Connections at the same time. */
  connections: number;
  /** Size of one request, in bytes. */
  requestBytes: number;
}

/** Amazon EventBridge's PutEvents. */
export class EventBridge implements EventBus {
  readonly name = 'EventBridge';
  readonly limits: BusLimits;
  readonly #client: EventBridgeClient;
  readonly #connections: number;
  /** The beginning of each entry, which names its bus. */
  readonly #opening: Buffer;
  #service: Promise<AwsService> | undefined;

  /** Credentials, region and endpoint come from the environment, as the SDK reads it. */
  constructor({ eventBusName, connections, requestBytes }: EventBridgeOptions) {
    this.limits = { requestEntries: REQUEST_ENTRIES, requestBytes, entryBytes: ENTRY_BYTES };
    this.#client = new EventBridgeClient({});
    this.#connections = connections;
    this.#opening = Buffer.from(`{"EventBusName":${JSON.stringify(eventBusName)},`);
  }

  encode(entry: BusEntry): EncodedEntry {
    const { Source, DetailType, Time, Resources, Detail } = entry;
    // Within the request PutEvents takes times in epoch seconds. JSON text has no tabs and no line breaks.
    const text = JSON.stringify({ Source, DetailType, Time: Time.getTime() / 1000, Resources, Detail });
    return { text, bytes: entrySize(entry) };
  }

  detailOf(encoded: Buffer): Record<string, unknown> {
    const { Detail } = JSON.parse(encoded.toString('utf8')) as { Detail: string };
    return JSON.parse(Detail) as Record<string, unknown>;
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

  /** Only a malformed request is final. Network, permissions and the bus's name can be corrected while entries wait. */
  async #wholeRequestFailed(entries: readonly Buffer[], answer: AwsAnswer): Promise<PutOutcome[]> {
    const { status } = answer;
    const { code, message: reason } = refusalOf(answer);
    if (status === 429 || THROTTLING.test(code)) return entries.map(() => ({ status: 'throttled', reason }));
    const malformed = (MALFORMED.has(code) || status === 413) && !reason.includes('eventBusName');
    if (!malformed) return entries.map(() => ({ status: 'unavailable', reason }));
    if (entries.length === 1) return [{ status: 'rejected', reason }];
    // EventBridge does not say which entry is malformed: send each alone.
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
  // Where a policy denies all entries, an operator can correct it while they wait.
  const isDenied = results.length === count && results.every((result) => DENIED.has(result?.ErrorCode ?? ''));
  return Array.from({ length: count }, (_, index): PutOutcome => {
    const result = results[index];
    if (result?.EventId) return { status: 'accepted' };
    // It may or may not be on the bus; consumers recognize a duplicate by its id.
    if (!result?.ErrorCode) return { status: 'failed', reason: 'the answer does not mention this entry' };
    const reason = `${result.ErrorCode}: ${result.ErrorMessage ?? 'no message'}`;
    return { status: isDenied ? 'unavailable' : (ENTRY_STATUS[result.ErrorCode] ?? 'rejected'), reason };
  });
}

/** Where the SDK would send PutEvents, by its own rules: environment, profiles and region. */
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
  if (!endpoint) throw new Error('the AWS SDK gave no endpoint for EventBridge');
  return endpoint;
}
