import type { LocalQueue } from '../template/index.ts';
import { attributesMd5, md5, type Queues } from './queues.ts';
import { required, ServiceError } from './service-error.ts';

const MAX_BODY_BYTES = 1024 * 1024;

type Input = Record<string, unknown>;

/** The operations of SQS that local mode supports: enough to send, receive and purge dead letters. */
export class SqsService {
  readonly #queues: Queues;

  constructor(queues: Queues) {
    this.#queues = queues;
  }

  /** @returns nothing where the operation is not served */
  call(operation: string, input: Input): object | Promise<object> | undefined {
    switch (operation) {
      case 'SendMessage':
        return this.#send(input);
      case 'ReceiveMessage':
        return this.#receive(input);
      case 'DeleteMessage':
        return this.#delete(input);
      case 'ChangeMessageVisibility':
        return this.#hide(input);
      case 'PurgeQueue':
        this.#queues.purge(this.#queue(input));
        return {};
      case 'GetQueueAttributes':
        return this.#attributes(input);
      case 'GetQueueUrl':
        return { QueueUrl: this.#named(required(input, 'QueueName')).url };
      default:
        return undefined;
    }
  }

  #send(input: Input): object {
    const queue = this.#queue(input);
    const body = input.MessageBody;
    if (typeof body !== 'string' || body === '') {
      throw new ServiceError(
        'com.amazonaws.sqs#MissingParameter',
        'The request must contain the parameter MessageBody.',
      );
    }
    if (Buffer.byteLength(body) > MAX_BODY_BYTES) {
      throw new ServiceError(
        'com.amazonaws.sqs#InvalidParameterValue',
        'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
      );
    }
    const given = (input.MessageAttributes ?? {}) as Record<string, { StringValue?: string }>;
    const attributes = Object.fromEntries(
      Object.entries(given).map(([name, { StringValue = '' }]) => [name, StringValue]),
    );
    const { messageId, fifo } = this.#queues.send(queue, body, attributes, {
      groupId: input.MessageGroupId as string | undefined,
      deduplicationId: input.MessageDeduplicationId as string | undefined,
    });
    const digest = attributesMd5(attributes);
    return {
      MessageId: messageId,
      MD5OfMessageBody: md5(body),
      MD5OfMessageAttributes: digest,
      ...(fifo && { SequenceNumber: fifo.sequenceNumber }),
    };
  }

  async #receive(input: Input): Promise<object> {
    const queue = this.#queue(input);
    const limit = Number(input.MaxNumberOfMessages ?? 1);
    const visibility = input.VisibilityTimeout === undefined ? undefined : Number(input.VisibilityTimeout);
    const waitMs = Math.min(20, Number(input.WaitTimeSeconds ?? 0)) * 1000;
    let messages = this.#queues.receive(queue, limit, visibility);
    if (messages.length === 0 && waitMs > 0) {
      await this.#queues.arrival(queue, waitMs);
      messages = this.#queues.receive(queue, limit, visibility);
    }
    const asked = [input.MessageAttributeNames].flat() as (string | undefined)[];
    return {
      Messages: messages.map(({ messageId, receiptHandle, body, attributes, sentAt, receiveCount, fifo }) => {
        const wanted = Object.fromEntries(
          Object.entries(attributes).filter(([name]) => asked.includes('All') || asked.includes(name)),
        );
        const digest = attributesMd5(wanted);
        return {
          MessageId: messageId,
          ReceiptHandle: receiptHandle,
          Body: body,
          MD5OfBody: md5(body),
          Attributes: {
            SentTimestamp: String(sentAt.getTime()),
            ApproximateReceiveCount: String(receiveCount),
            ...(fifo && {
              MessageGroupId: fifo.groupId,
              MessageDeduplicationId: fifo.deduplicationId,
              SequenceNumber: fifo.sequenceNumber,
            }),
          },
          ...(digest !== undefined && {
            MD5OfMessageAttributes: digest,
            MessageAttributes: Object.fromEntries(
              Object.entries(wanted).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
            ),
          }),
        };
      }),
    };
  }

  #delete(input: Input): object {
    const receiptHandle = required(input, 'ReceiptHandle');
    return this.#queues.delete(this.#queue(input), receiptHandle) ? {} : isNoHandle(receiptHandle);
  }

  #hide(input: Input): object {
    const receiptHandle = required(input, 'ReceiptHandle');
    const seconds = Number(input.VisibilityTimeout);
    return this.#queues.hide(this.#queue(input), receiptHandle, seconds) ? {} : isNoHandle(receiptHandle);
  }

  #attributes(input: Input): object {
    const queue = this.#queue(input);
    const { visible, inFlight } = this.#queues.counts(queue);
    const all: Record<string, string> = {
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
      ...(queue.fifo && {
        FifoQueue: 'true',
        ContentBasedDeduplication: String(queue.fifo.contentBasedDeduplication),
      }),
    };
    const asked = (input.AttributeNames ?? []) as string[];
    return {
      Attributes: Object.fromEntries(
        Object.entries(all).filter(([name]) => asked.includes('All') || asked.includes(name)),
      ),
    };
  }

  #queue(input: Input): LocalQueue {
    return this.#queues.find(required(input, 'QueueUrl')) ?? doesNotExist();
  }

  #named(name: string): LocalQueue {
    return this.#queues.named(name) ?? doesNotExist();
  }
}

function isNoHandle(receiptHandle: string): never {
  throw new ServiceError(
    'com.amazonaws.sqs#ReceiptHandleIsInvalid',
    `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
  );
}

function doesNotExist(): never {
  throw new ServiceError('com.amazonaws.sqs#QueueDoesNotExist', 'The specified queue does not exist.');
}
