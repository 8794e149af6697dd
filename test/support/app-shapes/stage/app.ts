/** A CDK app with a stage for each environment, and in a stage one stack that uses what the other deploys. */
import { App, Stack, type StackProps, Stage } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { CallHandler } from '../../../../lib/cdk/index.ts';
import { ariPattern } from '../../../../lib/index.ts';

class CallsStage extends Stage {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const shared = new Stack(this, 'Shared');
    const bus = new EventBus(shared, 'Bus', { eventBusName: 'calls' });
    const handlers = new Stack(this, 'Handlers');
    new CallHandler(handlers, 'Greeter', {
      entry: 'greeter.ts',
      bus: bus as IEventBus,
      nodes: [],
      pattern: ariPattern({ application: 'Greeter' }),
      environment: { STAGE: id },
    });
  }
}

const app = new App();
new CallsStage(app, 'Test', { env: { account: '111111111111', region: 'eu-west-1' } });
new CallsStage(app, 'Prod', { env: { account: '222222222222', region: 'eu-central-1' } });
