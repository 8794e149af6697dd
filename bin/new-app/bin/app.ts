import { ariPattern } from 'ari-eventbridge';
import { AriBridge, CallHandler } from 'ari-eventbridge/cdk';
import { App, Stack } from 'aws-cdk-lib';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { handler as greeter } from '../functions/greeter/index.ts';

const app = new App({ context: featureFlags });
const calls = new Stack(app, 'NewApp', { description: 'Call events of Asterisk and their handlers' });

const bridge = new AriBridge(calls, 'Bridge', {
  nodes: app.node.getContext('nodes'),
  // Everything leaves AWS by one address, the output EgressAddress, so that Asterisk allows that one and no other.
  network: { fixedAddress: true },
  // A stack of its own, so that the handlers can be deployed without Docker.
  connector: { scope: new Stack(app, 'NewAppConnector', { description: 'The connector of call events' }) },
});

new CallHandler(calls, 'Greeter', {
  ...bridge.handlerDefaults,
  entry: 'functions/greeter/index.ts',
  pattern: ariPattern({ application: 'Greeter', type: greeter }),
});
