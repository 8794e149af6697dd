/** A CDK app of handlers on the bus of another team, from which orders go on to a FIFO queue of their own. */
import { App, Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CallHandler } from '../../../../lib/cdk/index.ts';
import { ariPattern } from '../../../../lib/index.ts';

const app = new App();
const calls = new Stack(app, 'Calls', { env: { account: '111111111111', region: 'eu-central-1' } });
const bus = EventBus.fromEventBusArn(calls, 'Bus', 'arn:aws:events:eu-central-1:222222222222:event-bus/corporate');
new CallHandler(calls, 'Greeter', {
  entry: 'greeter.ts',
  bus,
  nodes: [],
  pattern: ariPattern({ application: 'Greeter' }),
});
new Rule(calls, 'Orders', {
  eventBus: bus,
  eventPattern: { detailType: ['Order'] },
  targets: [
    new SqsQueue(new Queue(calls, 'OrderQueue', { fifo: true, contentBasedDeduplication: true }), {
      messageGroupId: 'orders',
    }),
  ],
});
