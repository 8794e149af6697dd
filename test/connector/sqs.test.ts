import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SqsQueue } from '../../connector/sqs.ts';
import { type AwsReply, awsStub } from '../support/aws-stub.ts';

async function queueBefore(answer: () => AwsReply) {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  const { url, requests } = await awsStub(answer);
  const queueUrl = new URL('/123456789012/letters', url).href;
  const queue = new SqsQueue(queueUrl, new EventBridgeClient({ region: 'eu-west-1' }).config);
  onTestFinished(() => {
    queue.close();
    vi.unstubAllEnvs();
  });
  return { queue, queueUrl, requests };
}

test('a dead letter is sent as a message to the queue, at the queue’s own host', async () => {
  const { queue, queueUrl, requests } = await queueBefore(() => ({ body: { MessageId: 'm' } }));
  await queue.send('{"reason":"☎"}');
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    target: 'AmazonSQS.SendMessage',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      authorization: expect.stringContaining('/eu-west-1/sqs/aws4_request'),
    },
  });
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ QueueUrl: queueUrl, MessageBody: '{"reason":"☎"}' });
});

test('a refusal is an error with the reason of SQS', async () => {
  let answer: AwsReply = {
    status: 400,
    body: { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' },
  };
  const { queue } = await queueBefore(() => answer);
  await expect(queue.send('{}')).rejects.toThrow('QueueDoesNotExist: The specified queue does not exist.');
  answer = { status: 503, body: 'down' };
  await expect(queue.send('{}')).rejects.toThrow('HTTP status 503: no error message returned');
});

test('what a connector leaves is sent in its order, and once', async () => {
  const { queue, queueUrl, requests } = await queueBefore(() => ({ body: { MessageId: 'm' } }));
  await queue.sendInOrder('events', 'c0ffee', 2);
  expect(requests[0]?.target).toBe('AmazonSQS.SendMessage');
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
    QueueUrl: queueUrl,
    MessageBody: 'events',
    MessageGroupId: 'c0ffee',
    MessageDeduplicationId: 'c0ffee-2',
  });
});

test('a message is received, hidden again and removed by its handle', async () => {
  let answer: AwsReply = { body: { Messages: [{ Body: 'events', ReceiptHandle: 'handle' }] } };
  const { queue, queueUrl, requests } = await queueBefore(() => answer);
  const message = await queue.receive(60);
  expect(message?.body).toBe('events');
  answer = { body: {} };
  await message?.hide(20);
  await message?.remove();
  expect(await queue.receive(60)).toBeUndefined();
  expect(requests.map(({ target }) => target)).toEqual([
    'AmazonSQS.ReceiveMessage',
    'AmazonSQS.ChangeMessageVisibility',
    'AmazonSQS.DeleteMessage',
    'AmazonSQS.ReceiveMessage',
  ]);
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 1,
    WaitTimeSeconds: 1,
    VisibilityTimeout: 60,
  });
  expect(JSON.parse(requests[1]?.body ?? '')).toEqual({
    QueueUrl: queueUrl,
    ReceiptHandle: 'handle',
    VisibilityTimeout: 20,
  });
  expect(JSON.parse(requests[2]?.body ?? '')).toEqual({ QueueUrl: queueUrl, ReceiptHandle: 'handle' });
});
