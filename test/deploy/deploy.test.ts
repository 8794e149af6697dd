import { join } from 'node:path';
import { ListEventBusesCommand, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCredentials } from '../../lib/ari/credentials.ts';
import { userSecretName } from '../../lib/ari/node.ts';
import { callEventEntry, readFrame } from '../../lib/events/entry.ts';
import type { EventMetadata } from '../../lib/events/metadata.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { copyProject } from '../support/project-copy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { cdk } from './cdk.ts';
import { leaveOut } from './known-part.ts';
import { ACCOUNT, MiniStack, REGION } from './ministack.ts';

/** The bus and the handlers. The connector's own stack needs Docker to deploy. */
const STACK = 'AriEventBridge';
const NODE = 'pbx-1';
/** What MiniStack refuses to deploy; no call goes through any of them. */
const UNKNOWN_TYPES = [
  'AWS::Events::Archive',
  'AWS::Logs::Delivery',
  'AWS::Logs::DeliveryDestination',
  'AWS::Logs::DeliverySource',
];

let cloud: MiniStack;
let asterisk: SimulatedAsterisk;
let project: ReturnType<typeof copyProject>;
/** Commands that Asterisk was given: `channels.answer /channels/1795403597.0/answer 204`. */
const commands: string[] = [];
/** The app's events, as Asterisk sends them. */
const events: { type: string; channel?: { id: string }; playback?: { media_uri: string; target_uri: string } }[] = [];

beforeAll(async () => {
  cloud = await MiniStack.start();
  asterisk = await SimulatedAsterisk.start({
    onCommand: ({ operation, path, status }) => commands.push(`${operation} ${path} ${status}`),
  });
  asterisk.subscribe('Intro-IVR', (event) => events.push(event as (typeof events)[0]));
  project = copyProject();
});

afterAll(async () => {
  project?.remove();
  await asterisk?.stop();
  await cloud?.stop();
});

/** Synthesizes and deploys the stack of the bus and the handlers. */
async function deploy(): Promise<void> {
  const nodes = JSON.stringify([
    { name: NODE, url: asterisk.url, apps: ['Intro-IVR', 'Super-Conference', 'Voicemail'] },
  ]);
  const assembly = join(project.root, 'cdk.out');
  await cdk(project.root, cloud.environment, 'synth', '--quiet', '--output', assembly, '--context', `nodes=${nodes}`);
  const out = leaveOut(join(assembly, `${STACK}.template.json`), UNKNOWN_TYPES);
  if (out.length > 0) console.log(`not deployed, as MiniStack does not know their types: ${out.join(', ')}`);
  await cdk(
    project.root,
    cloud.environment,
    'deploy',
    STACK,
    '--exclusively',
    '--require-approval',
    'never',
    '--app',
    assembly,
  );
}

async function deployedBus(): Promise<string> {
  const { EventBuses = [] } = await cloud.events.send(new ListEventBusesCommand({}));
  return EventBuses.find(({ Name }) => Name?.startsWith(STACK))?.Name ?? '';
}

/** The secret of the ARI user `handlers`, which Secrets Manager has made up. */
const HANDLERS_SECRET = userSecretName(NODE, 'handlers');

/** Calls `ivr` and puts the StasisStart on the deployed bus with the SDK, as the connector would. */
async function callBySdk(): Promise<string> {
  const id = asterisk.dial('ivr');
  const start = events.find(({ type, channel }) => type === 'StasisStart' && channel?.id === id);
  const frame = readFrame(JSON.stringify(start));
  if (id === undefined || 'fault' in frame) throw new Error(`no StasisStart of the call: ${JSON.stringify(frame)}`);
  const metadata: EventMetadata = {
    id: `event-of-${id}`,
    node: NODE,
    connection: 'test',
    sequence: 1,
    channelId: id,
    channelSequence: 1,
    receivedAt: new Date().toISOString(),
  };
  const entry = { ...callEventEntry(frame, metadata, [`channel/${id}`]), EventBusName: await deployedBus() };
  const { FailedEntryCount } = await cloud.events.send(new PutEventsCommand({ Entries: [entry] }));
  expect(FailedEntryCount).toBe(0);
  return id;
}

/** What a caller hears first. */
async function greetingOf(channelId: string): Promise<string | undefined> {
  const started = await until(
    `a playback on ${channelId}; MiniStack says:\n${cloud.log.slice(-3000)}`,
    () => events.find(({ type, playback }) => type === 'PlaybackStarted' && playback?.target_uri.endsWith(channelId)),
    60_000,
  );
  return started.playback?.media_uri;
}

test('cdk bootstrap and cdk deploy put the bus, the handlers and their secret there', async () => {
  await cdk(project.root, cloud.environment, 'bootstrap', `aws://${ACCOUNT}/${REGION}`);
  await deploy();
  const bus = await deployedBus();
  expect(bus).not.toBe('');
  const { Rules = [] } = await cloud.events.send(new ListRulesCommand({ EventBusName: bus }));
  expect(Rules.filter(({ Name }) => Name?.startsWith(STACK)).length).toBeGreaterThanOrEqual(3);

  const { SecretString } = await cloud.secrets.send(new GetSecretValueCommand({ SecretId: HANDLERS_SECRET }));
  const credentials = parseCredentials(HANDLERS_SECRET, SecretString);
  expect(credentials.username).toBe('handlers');
  expect(credentials.password).toHaveLength(32);
  asterisk.allow(credentials);
});

test('an event put on the bus with the SDK lets the deployed function answer the channel', async () => {
  const id = await callBySdk();
  expect(await greetingOf(id)).toBe('sound:hello-world');
  expect(commands).toContain(`channels.answer /channels/${id}/answer 204`);
  expect(asterisk.channels.find((channel) => channel.id === id)?.state).toBe('Up');
  asterisk.hangUp(id);
});

test('a handler that was changed is there after the next cdk deploy', async () => {
  project.edit('functions/intro-ivr/index.ts', "'sound:hello-world'", "'sound:demo-congrats'");
  await deploy();
  const id = await callBySdk();
  expect(await greetingOf(id)).toBe('sound:demo-congrats');
  asterisk.hangUp(id);
});

test('the connector brings a whole call to the deployed functions', async () => {
  const journal = temporaryFolder();
  const connector = new ConnectorProcess({
    ...cloud.environment,
    ARI_NODES: JSON.stringify([
      {
        name: NODE,
        url: asterisk.url,
        apps: ['Intro-IVR', 'Super-Conference', 'Voicemail'],
        secretId: HANDLERS_SECRET,
      },
    ]),
    EVENT_BUS_NAME: await deployedBus(),
    JOURNAL_FOLDER: journal.path,
  });
  try {
    await connector.becomesReady();
    const id = asterisk.dial('ivr') ?? '';
    await until('the menu', () => asterisk.isPlaying(id), 60_000);
    asterisk.pressDigit(id, '9');
    await until('the hang-up', () => !asterisk.channels.some((channel) => channel.id === id), 60_000);
    expect(commands).toContain(`channels.hangup /channels/${id} 204`);
    expect(await connector.stop()).toBe(0);
  } finally {
    await connector.kill();
    journal.remove();
  }
});

test('cdk destroy leaves nothing', async () => {
  const left = async () => ({
    stacks: stacksIn(await cloud.ask('cloudformation', '/?Action=ListStacks&Version=2010-05-15')),
    functions: namesIn(await cloud.ask('lambda', '/2015-03-31/functions/'), 'FunctionName'),
    buses: (await cloud.events.send(new ListEventBusesCommand({}))).EventBuses?.map(({ Name }) => Name),
    secrets: (await cloud.secrets.send(new ListSecretsCommand({}))).SecretList?.map(({ Name }) => Name),
    queues: (await cloud.queues.send(new ListQueuesCommand({}))).QueueUrls ?? [],
    roles: namesIn(await cloud.ask('iam', '/?Action=ListRoles&Version=2010-05-08'), 'RoleName').filter((name) =>
      name.startsWith(STACK),
    ),
    logs: namesIn(await cloud.ask('logs', '/', 'Logs_20140328.DescribeLogGroups'), 'logGroupName'),
  });
  const before = await left();
  for (const names of Object.values(before)) expect(names).not.toEqual([]);
  await cdk(project.root, cloud.environment, 'destroy', STACK, '--force');
  expect(await left()).toEqual({
    stacks: ['CDKToolkit'],
    functions: [],
    buses: ['default'],
    secrets: [],
    queues: [],
    roles: [],
    logs: [],
  });
});

/** Names of the stacks that were not deleted. */
function stacksIn(xml: string): string[] {
  return xml
    .split('<member>')
    .filter((member) => !member.includes('DELETE_COMPLETE'))
    .flatMap((member) => namesIn(member, 'StackName'));
}

function namesIn(answer: string, field: string): string[] {
  const values = answer.matchAll(new RegExp(`<${field}>([^<]*)<|"${field}": ?"([^"]*)"`, 'g'));
  return [...values].map(([, xml, json]) => xml ?? json ?? '');
}
