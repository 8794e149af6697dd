import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { reasonOf } from '../lib/ari/errors.ts';
import type { BusEntry } from '../lib/events/entry.ts';
import type { EventBus, PutOutcome } from './event-bus.ts';

/** Codes of single entries that may be accepted when sent again (EventBridge API Reference, PutEventsResultEntry). */
const RETRYABLE = new Set(['ThrottlingException', 'InternalFailure', 'InternalException']);

/** Amazon EventBridge, by the AWS SDK's PutEvents. */
export class EventBridge implements EventBus {
  readonly #client: EventBridgeClient;
  readonly #eventBusName: string;

  constructor(eventBusName: string, concurrency: number) {
    this.#eventBusName = eventBusName;
    this.#client = new EventBridgeClient({
      requestHandler: { connectionTimeout: 3000, requestTimeout: 10_000, httpsAgent: { maxSockets: concurrency } },
    });
  }

  async put(entries: readonly BusEntry[]): Promise<PutOutcome[]> {
    const command = new PutEventsCommand({
      Entries: entries.map((entry) => ({ ...entry, EventBusName: this.#eventBusName })),
    });
    try {
      const { Entries = [] } = await this.#client.send(command);
      return entries.map((_, index): PutOutcome => {
        const result = Entries[index];
        if (result?.EventId) return { status: 'accepted' };
        // An answer without a word on this entry: it may or may not be on the bus; its id tells twins apart.
        if (!result?.ErrorCode) return { status: 'retry', reason: 'the answer does not mention this entry' };
        const status = RETRYABLE.has(result.ErrorCode) ? 'retry' : 'rejected';
        return { status, reason: `${result.ErrorCode}: ${result.ErrorMessage ?? 'no message'}` };
      });
    } catch (error) {
      return this.#wholeRequestFailed(entries, error);
    }
  }

  close(): void {
    this.#client.destroy();
  }

  /** Only a malformed request is final. Network, permissions and a missing bus can be mended while entries wait. */
  async #wholeRequestFailed(entries: readonly BusEntry[], error: unknown): Promise<PutOutcome[]> {
    const name = error instanceof Error ? error.name : 'Error';
    const reason = `${name}: ${reasonOf(error)}`;
    if (name !== 'ValidationException') return entries.map(() => ({ status: 'retry', reason }));
    if (entries.length === 1) return [{ status: 'rejected', reason }];
    // One of them spoils the request: find out which.
    const outcomes: PutOutcome[] = [];
    for (const entry of entries) outcomes.push(...(await this.put([entry])));
    return outcomes;
  }
}
