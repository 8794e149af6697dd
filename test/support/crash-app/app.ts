/** A CDK app of call handlers that fail, each in another way, and of one that does not. */
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Archive, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { CallEventBus } from '../../../lib/cdk/call-event-bus.ts';
import { CallHandler } from '../../../lib/cdk/call-handler.ts';
import { ariPattern } from '../../../lib/index.ts';

const app = new App();
const calls = new Stack(app, 'Crash');
const { bus } = new CallEventBus(calls, 'Bus', { archive: Duration.days(0) });
for (const application of ['Throws', 'Hangs', 'Exits', 'Eats', 'GivesUp', 'Answers']) {
  new CallHandler(calls, application, {
    entry: application === 'GivesUp' ? 'gives-up.ts' : 'handler.ts',
    pattern: ariPattern({ application, type: 'StasisStart' }),
    bus,
    nodes: [],
    timeout: Duration.seconds(application === 'Hangs' ? 1 : 10),
    memorySize: 128,
  });
}
new Archive(calls, 'Kept', { sourceEventBus: bus, eventPattern: { source: ['asterisk.ari'] } });
new Rule(calls, 'Copies', {
  eventBus: bus,
  eventPattern: { detailType: ['StasisEnd'] },
  targets: [
    new SqsQueue(new Queue(calls, 'CopiesQueue'), {
      message: RuleTargetInput.fromText('The call ended'),
    }),
  ],
});
