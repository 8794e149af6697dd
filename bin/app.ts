import { App, Duration, Stack, Tags, Validations } from 'aws-cdk-lib';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { type AppConfig, ContextError, readConfig } from '../lib/cdk/config.ts';
import { AriBridge, CallDataKey, CallHandler, DoctorFunction, EventSchemas } from '../lib/cdk/index.ts';
import { ariPattern } from '../lib/index.ts';

const app = new App({ context: featureFlags });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const config = configuration();
const { nodes, asteriskNetwork, vpc, vpcCidr, eventFilter, publishers, runbookUrl, alarmTopicArn } = config;
for (const [key, value] of Object.entries(config.tags)) Tags.of(app).add(key, value);
const calls = new Stack(app, 'AriEventBridge', { description: 'Call events of Asterisk and their handlers' });
const bridge = new AriBridge(calls, 'Bridge', {
  nodes,
  bus: { archive: Duration.days(config.archiveDays), log: config.busLog, publishers },
  network: { private: asteriskNetwork === 'private', existing: vpc, cidr: vpcCidr },
  connector: config.connector && {
    // A stack of its own, so that the handlers can be deployed without Docker.
    scope: new Stack(app, 'AriEventBridgeConnector', { description: 'The connector of call events' }),
    eventFilter,
    containerInsights: config.containerInsights,
  },
  encryptionKey: config.customerManagedKey ? new CallDataKey(calls, 'Key').key : undefined,
  alarmTopic: alarmTopicArn === undefined ? undefined : Topic.fromTopicArn(calls, 'AlarmTopic', alarmTopicArn),
  runbookUrl,
  tracing: config.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
});
const handlers = { ...bridge.handlerDefaults, reservedConcurrency: config.handlerConcurrency };

new CallHandler(calls, 'IntroIvr', {
  ...handlers,
  entry: 'functions/intro-ivr/index.ts',
  pattern: ariPattern({
    application: 'Intro-IVR',
    type: ['StasisStart', 'ChannelDtmfReceived', 'PlaybackFinished'],
  }),
});

new CallHandler(calls, 'SuperConference', {
  ...handlers,
  entry: 'functions/super-conference/index.ts',
  pattern: ariPattern({
    application: 'Super-Conference',
    type: ['StasisStart', 'ChannelLeftBridge'],
  }),
});

new CallHandler(calls, 'Voicemail', {
  ...handlers,
  entry: 'functions/voicemail/index.ts',
  pattern: ariPattern({
    application: 'Voicemail',
    type: ['StasisStart', 'RecordingFinished', 'PlaybackFinished'],
  }),
});

new DoctorFunction(calls, 'Doctor', bridge.handlerDefaults);

if (config.schemas) {
  const schemas = new Stack(app, 'AriEventBridgeSchemas', { description: 'Schemas of the call events on the bus' });
  new EventSchemas(schemas, 'Schemas');
}

/** Reports faults of the context without a stack trace. */
function configuration(): AppConfig {
  try {
    return readConfig(app);
  } catch (error) {
    if (!(error instanceof ContextError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
