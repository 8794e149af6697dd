import { ariPattern } from 'ari-eventbridge';
import { CallHandler, ConnectorService, NodeUser } from 'ari-eventbridge/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus } from 'aws-cdk-lib/aws-events';

const app = new App();
const stack = new Stack(app, 'Greeting');
const bus = new EventBus(stack, 'Bus');

const node = { name: 'pbx', url: 'https://pbx.example.com:8089/ari', apps: ['Greeter'] };
const handlers = new NodeUser(stack, 'Handlers', { node, username: 'handlers', description: 'Commands calls' });
new CallHandler(stack, 'Greeter', {
  entry: 'greeter.ts',
  pattern: ariPattern({ application: 'Greeter', type: ['StasisStart', 'PlaybackFinished'] }),
  bus,
  nodes: [handlers],
});

const connector = new NodeUser(stack, 'Listener', { node, username: 'connector', description: 'Listens to calls' });
new ConnectorService(stack, 'Connector', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }), bus, nodes: [connector] });
