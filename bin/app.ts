import { App, Duration, Stack, Tags, Validations } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { staged } from '../lib/ari/node.ts';
import { asteriskFaults } from '../lib/asterisk/asterisk-node.ts';
import { type AppConfig, ContextError, readConfig } from '../lib/cdk/config.ts';
import {
  AlarmTopic,
  AriBridge,
  type AriBridgeConnector,
  CallDataKey,
  CallHandler,
  DoctorFunction,
  EventSchemas,
  publishedImage,
  retain,
} from '../lib/cdk/index.ts';
import { ariPattern } from '../lib/index.ts';

const app = new App({ context: featureFlags });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const config = configuration();
const { nodes, stage, asteriskNetwork, vpc, vpcCidr, eventFilter, publishers, runbookUrl } = config;
for (const [key, value] of Object.entries(config.tags)) Tags.of(app).add(key, value);
retain(app, config.retain);
const calls = new Stack(app, staged('AriEventBridge', stage), {
  description: 'Call events of Asterisk and their handlers',
});
const bridge = new AriBridge(calls, 'Bridge', {
  nodes,
  stage,
  bus: {
    archive: Duration.days(config.archiveDays),
    log: config.busLog,
    publishers,
    existing: config.eventBusArn === undefined ? undefined : EventBus.fromEventBusArn(calls, 'Bus', config.eventBusArn),
  },
  handlersInNetwork: asteriskNetwork !== 'open',
  network: { fixedAddress: asteriskNetwork !== 'open', existing: vpc, cidr: vpcCidr },
  connector:
    config.connector &&
    connectorIn(
      // A stack of its own, so that the handlers can be deployed without Docker.
      new Stack(app, staged('AriEventBridgeConnector', stage), { description: 'The connector of call events' }),
    ),
  encryptionKey: encryptionKey(),
  alarmTopic: alarmTopic(),
  runbookUrl,
  tracing: config.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
});
const handlers = { ...bridge.handlerDefaults, reservedConcurrency: config.handlerConcurrency };

new CallHandler(calls, 'IntroIvr', {
  ...handlers,
  entry: 'functions/intro-ivr/index.ts',
  pattern: ariPattern({
    application: 'Intro-IVR',
    type: ['StasisStart', 'ChannelDestroyed', 'ChannelDtmfReceived', 'PlaybackFinished'],
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
  const schemas = new Stack(app, staged('AriEventBridgeSchemas', stage), {
    description: 'Schemas of the call events on the bus',
  });
  new EventSchemas(schemas, 'Schemas', { registryName: staged('ari-eventbridge', stage) });
}

function connectorIn(scope: Stack): AriBridgeConnector {
  const { connectorImage, containerInsights, standby } = config;
  return {
    scope,
    eventFilter,
    containerInsights,
    standby,
    ...(connectorImage !== undefined && { image: publishedImage(scope, connectorImage) }),
  };
}

function encryptionKey(): IKey | undefined {
  const { customerManagedKey: key } = config;
  if (typeof key === 'string') return Key.fromKeyArn(calls, 'Key', key);
  return key ? new CallDataKey(calls, 'Key').key : undefined;
}

function alarmTopic(): ITopic | undefined {
  const { alarmTopicArn, alarmEmail } = config;
  if (alarmTopicArn !== undefined) return Topic.fromTopicArn(calls, 'AlarmTopic', alarmTopicArn);
  return alarmEmail === undefined ? undefined : new AlarmTopic(calls, 'Alarms', { email: alarmEmail }).topic;
}

/** Reports faults of the context without a stack trace. */
function configuration(): AppConfig {
  try {
    return readConfig(app, asteriskFaults);
  } catch (error) {
    if (!(error instanceof ContextError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
