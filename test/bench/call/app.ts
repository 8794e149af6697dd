/** The CDK app of the local way: as bin/app.ts, with one call handler that answers and does nothing else. */
import { App, Stack } from 'aws-cdk-lib';
import { readConfig } from '../../../lib/cdk/config.ts';
import { AriBridge, CallHandler } from '../../../lib/cdk/index.ts';
import { ariPattern } from '../../../lib/index.ts';

const app = new App();
const { nodes } = readConfig(app);
const calls = new Stack(app, 'Bench');
const bridge = new AriBridge(calls, 'Bridge', { nodes });
new CallHandler(calls, 'Answer', {
  ...bridge.handlerDefaults,
  entry: 'answer.ts',
  pattern: ariPattern({ type: 'StasisStart' }),
});
