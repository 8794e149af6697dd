import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openServices } from '../../../support/aws-services.ts';

let aws: Awaited<ReturnType<typeof openServices>>;
beforeAll(async () => {
  aws = await openServices();
});
afterAll(() => aws.close());
beforeEach(() => aws.clear());

describe('SQS by the real SDK', () => {
  const receive = (more: object = {}) =>
    aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: aws.queueUrl, MessageAttributeNames: ['All'], ...more }));

  test('a message is sent, received by one reader at a time, and deleted', async () => {
    const MessageAttributes = { ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' } };
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: aws.queueUrl, MessageBody: 'letter', MessageAttributes }));
    const { Messages: [message] = [] } = await receive();
    expect(message).toMatchObject({ Body: 'letter', MessageAttributes });
    expect((await receive()).Messages ?? []).toEqual([]);
    const counts = () =>
      aws.sqs
        .send(new GetQueueAttributesCommand({ QueueUrl: aws.queueUrl, AttributeNames: ['All'] }))
        .then((r) => r.Attributes);
    expect(await counts()).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await aws.sqs.send(new DeleteMessageCommand({ QueueUrl: aws.queueUrl, ReceiptHandle: message?.ReceiptHandle }));
    expect(await counts()).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
  });

  test('a received message that its reader gives back is received again at once', async () => {
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: aws.queueUrl, MessageBody: 'letter' }));
    const { Messages: [message] = [] } = await receive();
    const received = receive({ WaitTimeSeconds: 20 });
    const { QueueUrl, ReceiptHandle } = { QueueUrl: aws.queueUrl, ReceiptHandle: message?.ReceiptHandle };
    const hide = (VisibilityTimeout: number, handle = ReceiptHandle) =>
      aws.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: handle, VisibilityTimeout }));
    await hide(0);
    expect((await received).Messages?.[0]?.Body).toBe('letter');
    await expect(hide(0, 'other')).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  });

  test('a waiting receiver gets the message when it arrives', async () => {
    const received = receive({ WaitTimeSeconds: 20 });
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: aws.queueUrl, MessageBody: 'awaited' }));
    expect((await received).Messages?.[0]?.Body).toBe('awaited');
  });

  test.each([
    ['a queue that does not exist', { QueueUrl: 'http://127.0.0.1:1/0/other', MessageBody: 'x' }, 'QueueDoesNotExist'],
    ['an empty message', { MessageBody: '' }, 'MissingParameter'],
  ])('refuses %s', async (_, more, name) => {
    const sent = aws.sqs.send(new SendMessageCommand({ QueueUrl: aws.queueUrl, ...more }));
    await expect(sent).rejects.toMatchObject({ name });
  });
});
