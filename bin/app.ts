import { App } from 'aws-cdk-lib';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { CallEventsStack } from '../lib/cdk/call-events-stack.ts';
import { CallHandler } from '../lib/cdk/call-handler.ts';
import { readNodes } from '../lib/cdk/config.ts';
import { ConnectorStack } from '../lib/cdk/connector-stack.ts';
import { ariPattern } from '../lib/index.ts';

const app = new App({ context: featureFlags });

const calls = new CallEventsStack(app, 'AriEventBridge', { nodes: readNodes(app) });

new CallHandler(calls, 'IntroIvr', {
  entry: 'functions/intro-ivr/index.ts',
  pattern: ariPattern({
    application: 'Intro-IVR',
    type: ['StasisStart', 'ChannelDtmfReceived', 'PlaybackFinished'],
  }),
  bus: calls.bus,
  nodes: calls.nodes,
});

new CallHandler(calls, 'SuperConference', {
  entry: 'functions/super-conference/index.ts',
  pattern: ariPattern({
    application: 'Super-Conference',
    type: ['StasisStart', 'ChannelLeftBridge'],
  }),
  bus: calls.bus,
  nodes: calls.nodes,
});

new ConnectorStack(app, 'AriEventBridgeConnector', { bus: calls.bus, nodes: calls.nodes });
