import { refusalOf } from '../lib/aws/errors.ts';
import { type AwsConfig, AwsService } from '../lib/aws/service.ts';
import type { DeadLetterQueue } from './dead-letters.ts';

/** An SQS queue for dead letters. */
export class SqsQueue implements DeadLetterQueue {
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
    const body = Buffer.from(JSON.stringify({ QueueUrl: this.#url, MessageBody: letter }));
    const answer = await this.#service.request('AmazonSQS.SendMessage', body);
    if (answer.status !== 200) throw refusalOf(answer);
  }

  close(): void {
    this.#service.close();
  }
}
