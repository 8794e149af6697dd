import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ENTRY, openServices } from '../../../support/aws-services.ts';

let aws: Awaited<ReturnType<typeof openServices>>;
beforeAll(async () => {
  aws = await openServices();
});
afterAll(() => aws.close());
beforeEach(() => aws.clear());

test('requests of other processes, and other operations, are refused', async () => {
  const stranger = new EventBridgeClient({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'guessed', secretAccessKey: 'guessed' },
  });
  await expect(stranger.send(new PutEventsCommand({ Entries: [ENTRY] }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
  const response = await fetch(aws.url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${aws.credentials.accessKeyId}/x`,
      'x-amz-target': 'AWSEvents.PutRule',
    },
    body: '{}',
  });
  expect(await response.json()).toEqual({
    __type: 'UnknownOperationException',
    message: 'Local mode does not support AWSEvents.PutRule',
  });
});
