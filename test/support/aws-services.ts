import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AwsEndpoint } from '../../lib/local/aws/endpoint.ts';
import { Queues } from '../../lib/local/aws/queues.ts';
import { Secrets } from '../../lib/local/aws/secrets.ts';
import { SecretsService } from '../../lib/local/aws/secrets-service.ts';
import { SqsService } from '../../lib/local/aws/sqs-service.ts';
import { Archives } from '../../lib/local/bus/archives.ts';
import { Bus } from '../../lib/local/bus/bus.ts';
import type { BusEvent } from '../../lib/local/bus/bus-event.ts';
import { EventsService } from '../../lib/local/bus/events-service.ts';

const RULE = {
  title: 'Starts',
  name: 'starts',
  arn: 'arn:rule',
  busName: 'calls',
  pattern: { 'detail-type': ['StasisStart'] },
  targets: [{ arn: 'fn-1' }, { arn: 'fn-2' }],
};
export const BUS_ARN = 'arn:aws:events:us-east-1:000000000000:event-bus/calls';
export const ARCHIVE = { arn: 'arn:aws:events:us-east-1:000000000000:archive/kept', name: 'kept', busName: 'calls' };
export const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:user-abcdef';
const EMPTY_SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:empty-abcdef';

/** An entry that is taken, and matches the bus's one rule. */
export const ENTRY = { Source: 's', DetailType: 'StasisStart', Detail: '{"a":1}', EventBusName: 'calls' };

/** All services over AWS's JSON protocol, and the real SDK's clients for them. */
export async function openServices() {
  const seen: BusEvent[] = [];
  const delivered: [target: string, event: BusEvent, traceId: string][] = [];
  const archives = new Archives();
  archives.apply([ARCHIVE]);
  const bus = new Bus({
    onEvent: (event, busName) => {
      archives.keep(event, busName);
      seen.push(event);
    },
    deliver: ({ target, event, traceId }) => delivered.push([target.arn, event, traceId]),
  });
  bus.apply(['calls'], [RULE]);
  const secrets = new Secrets();
  const value = {
    SecretStringTemplate: '{"username":"connector"}',
    GenerateStringKey: 'password',
    PasswordLength: 32,
    ExcludePunctuation: true,
  };
  secrets.apply([
    { arn: SECRET, name: 'user', value },
    { arn: EMPTY_SECRET, name: 'empty' },
  ]);
  const queues = new Queues();
  const endpoint = new AwsEndpoint({
    AWSEvents: new EventsService(bus, archives),
    secretsmanager: new SecretsService(secrets),
    AmazonSQS: new SqsService(queues),
  });
  const url = await endpoint.listen();
  const queueUrl = `${url}/000000000000/letters`;
  queues.apply([
    { arn: 'arn:aws:sqs:q', name: 'letters', title: 'Letters', url: queueUrl, visibilityTimeoutSeconds: 30 },
  ]);
  const config = { endpoint: url, region: 'us-east-1', credentials: endpoint.credentials, maxAttempts: 1 };
  return {
    url,
    queueUrl,
    credentials: endpoint.credentials,
    events: new EventBridgeClient(config),
    secrets: new SecretsManagerClient(config),
    sqs: new SQSClient(config),
    /** Events on the bus. */
    seen,
    /** What its rule would deliver to its targets. */
    delivered,
    clear: () => {
      seen.length = 0;
      delivered.length = 0;
    },
    close: () => endpoint.close(),
  };
}
