/** A CDK app whose Asterisk servers stand in its code, and in part share an application. */
import { App, Stack } from 'aws-cdk-lib';
import { AriBridge, CallHandler } from '../../../../lib/cdk/index.ts';
import { ariPattern } from '../../../../lib/index.ts';

const app = new App();
const calls = new Stack(app, 'Calls');
const bridge = new AriBridge(calls, 'Bridge', {
  nodes: [
    { name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Sales'] },
    { name: 'pbx-2', url: 'https://pbx-2.example.com:8089/ari', apps: ['Sales', 'Support'] },
  ],
});
for (const application of ['Sales', 'Support']) {
  new CallHandler(calls, application, {
    ...bridge.handlerDefaults,
    entry: 'greeter.ts',
    pattern: ariPattern({ application, type: 'StasisStart' }),
  });
}
