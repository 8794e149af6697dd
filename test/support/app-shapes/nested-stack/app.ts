/** A CDK app with a nested stack, which gets its bus and a text from its parent, and gives it the name of a queue. */
import { App, CfnOutput, NestedStack, Stack } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CallHandler } from '../../../../lib/cdk/index.ts';
import { ariPattern } from '../../../../lib/index.ts';

const app = new App();
const calls = new Stack(app, 'Calls');
const bus = new EventBus(calls, 'Bus');
const sales = new NestedStack(calls, 'Sales');
const orders = new Queue(sales, 'Orders', { queueName: 'orders' });
new CallHandler(sales, 'Greeter', {
  entry: 'greeter.ts',
  bus: bus as IEventBus,
  nodes: [],
  pattern: ariPattern({ application: 'Greeter' }),
  environment: { BUS: bus.eventBusName },
});
// Refers to what the nested stack deploys.
new LambdaFunction(calls, 'Reader', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromAsset('reader'),
  environment: { ORDERS: orders.queueName },
});
new CfnOutput(calls, 'OrdersArn', { value: orders.queueArn });
