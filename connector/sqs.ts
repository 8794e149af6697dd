import { refusalOf } from '../lib/aws/errors.ts';
import { type AwsConfig, AwsService } from '../lib/aws/service.ts';
import { isJsonObject } from '../lib/json.ts';
import type { DeadLetterQueue } from './dead-letters.ts';
import type { LeftoverQueue, QueueMessage } from './leftover-queue.ts';

/** How long an empty queue waits for a message, in seconds; less than a request may take. */
const WAIT_SECONDS = 1;

/** An SQS queue: a standard one for dead letters, or a FIFO one for what a stopped connector leaves. */
export class SqsQueue implements DeadLetterQueue, LeftoverQueue {
  readonly #url: string;
  readonly #service: AwsService;

  /** @param url as SQS gives it: its host is the endpoint */
  constructor(url: string, config: AwsConfig) {
    this.#url = url;
    this.#service = new AwsService({
      config,
      service: 'sqs',
      endpoint: new URL('/', url),
      connections: 1,
      contentType: 'application/x-amz-json-1.0',
    });
  }

  async send(letter: string): Promise<void> {
    await this.#call('SendMessage', { MessageBody: letter });
  }

  async sendInOrder(body: string, sender: string, number: number): Promise<void> {
    await this.#call('SendMessage', {
      MessageBody: body,
      MessageGroupId: sender,
      MessageDeduplicationId: `${sender}-${number}`,
    });
  }

  async receive(hiddenSeconds: number): Promise<QueueMessage | undefined> {
    const { Messages } = await this.#call('ReceiveMessage', {
      MaxNumberOfMessages: 1,
      WaitTimeSeconds: WAIT_SECONDS,
      VisibilityTimeout: hiddenSeconds,
    });
    const message: unknown = Array.isArray(Messages) ? Messages[0] : undefined;
    if (!isJsonObject(message)) return undefined;
    const { Body, ReceiptHandle } = message;
    return {
      body: String(Body),
      remove: async () => {
        await this.#call('DeleteMessage', { ReceiptHandle });
      },
      hide: async (seconds) => {
        await this.#call('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: seconds });
      },
    };
  }

  close(): void {
    this.#service.close();
  }

  async #call(operation: string, parameters: Record<string, unknown>): Promise<Record<string, unknown>> {
    const body = Buffer.from(JSON.stringify({ QueueUrl: this.#url, ...parameters }));
    const answer = await this.#service.request(`AmazonSQS.${operation}`, body);
    if (answer.status !== 200) throw refusalOf(answer);
    return answer.body ?? {};
  }
}
