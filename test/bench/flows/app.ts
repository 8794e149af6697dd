/** The CDK app of the bench `flows`: the example `pin` in both styles, each in an app of its own. */
import { App, Stack } from 'aws-cdk-lib';
import { readConfig } from '../../../lib/cdk/config.ts';
import { AriBridge, CallFlow, CallHandler } from '../../../lib/cdk/index.ts';
import { ariPattern } from '../../../lib/index.ts';

const app = new App();
const { nodes } = readConfig(app);
const calls = new Stack(app, 'Bench');
const bridge = new AriBridge(calls, 'Bridge', { nodes });
new CallHandler(calls, 'Pin', {
  ...bridge.handlerDefaults,
  entry: '../../../functions/pin/index.ts',
  pattern: ariPattern({ application: 'Pin', type: ['StasisStart'] }),
});
new CallFlow(calls, 'PinFlow', {
  ...bridge.handlerDefaults,
  entry: '../../../functions/pin-flow/index.ts',
  application: 'PinFlow',
});
