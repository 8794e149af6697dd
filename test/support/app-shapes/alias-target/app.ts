/** A CDK app whose rule invokes the alias of a function, with settings of its own for events that it fails on. */
import { App, Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { Code, type IFunction, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, StateMachine, Succeed } from 'aws-cdk-lib/aws-stepfunctions';

const app = new App();
const calls = new Stack(app, 'Calls');
const bus = new EventBus(calls, 'Bus', { eventBusName: 'calls' });
const greeter = new LambdaFunction(calls, 'Greeter', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromAsset('greeter'),
});
const live = greeter.addAlias('live', {
  provisionedConcurrentExecutions: 1,
  retryAttempts: 0,
  onFailure: new SqsDestination(new Queue(calls, 'Failed')),
});
new Rule(calls, 'Starts', {
  eventBus: bus,
  eventPattern: { detailType: ['StasisStart'] },
  targets: [new targets.LambdaFunction(live as IFunction)],
});
new Rule(calls, 'Flows', {
  eventBus: bus,
  eventPattern: { detailType: ['StasisEnd'] },
  targets: [
    new targets.SfnStateMachine(
      new StateMachine(calls, 'Machine', { definitionBody: DefinitionBody.fromChainable(new Succeed(calls, 'Done')) }),
    ),
  ],
});
