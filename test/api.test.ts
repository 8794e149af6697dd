import { readdirSync, readFileSync } from 'node:fs';
import * as main from 'ari-eventbridge';
import * as cdk from 'ari-eventbridge/cdk';
import * as dynamodb from 'ari-eventbridge/dynamodb';
import * as flow from 'ari-eventbridge/flow';
import * as pattern from 'ari-eventbridge/pattern';
import * as testing from 'ari-eventbridge/testing';
import { describe, expect, expectTypeOf, test } from 'vitest';

const kinds = (module: object): Record<string, string> =>
  Object.fromEntries(Object.entries(module).map(([name, value]) => [name, typeof value]));

test('ari-eventbridge exports this and nothing else', () => {
  expect(kinds(main)).toEqual({
    AriError: 'function',
    CALL_EVENT_SOURCE: 'string',
    CONNECTOR_SOURCE: 'string',
    GiveUp: 'function',
    NotSentError: 'function',
    ariPattern: 'function',
    cachedCredentials: 'function',
    callHandler: 'function',
    channelHandle: 'function',
    channelState: 'function',
    claim: 'function',
    connectorPattern: 'function',
    createAriClient: 'function',
    createLog: 'function',
    dialWebSocketTransport: 'function',
    httpTransport: 'function',
    isClaimed: 'function',
    nodeClients: 'function',
    playOnce: 'function',
    unlessGone: 'function',
    webSocketTransport: 'function',
  });
});

test('its other entry points export this and nothing else', () => {
  expect(kinds(testing)).toEqual({
    forSeeds: 'function',
    inMemoryOnce: 'function',
    testCalls: 'function',
    testTables: 'function',
  });
  expect(kinds(pattern)).toEqual({
    InvalidEventException: 'function',
    InvalidEventPatternException: 'function',
    compile: 'function',
    explain: 'function',
    matches: 'function',
    validate: 'function',
  });
  expect(kinds(flow)).toEqual({
    FLOW_EVENT_TYPES: 'object',
    HungUp: 'function',
    callFlow: 'function',
    completeWait: 'function',
  });
  expect(kinds(dynamodb)).toEqual({ dynamoDbOnce: 'function', dynamoDbState: 'function' });
  expect(Object.keys(cdk).toSorted()).toEqual([
    'AlarmTopic',
    'AriBridge',
    'AriFunction',
    'CallDataKey',
    'CallEventBus',
    'CallFlow',
    'CallHandler',
    'ConnectorService',
    'DeadLetterQueue',
    'DoctorFunction',
    'EventSchemas',
    'FlowTable',
    'LeftoverQueue',
    'Monitoring',
    'Network',
    'NodeUser',
    'SolePublishers',
    'StateTable',
    'connectorImage',
    'publishedImage',
    'retain',
  ]);
});

describe('ari-eventbridge/cdk', () => {
  const folder = new URL('../lib/cdk/', import.meta.url);
  const sources = readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const);
  const constructs = sources.flatMap(([file, source]) =>
    [...source.matchAll(/^export class (\w+) extends (?:Construct|Queue|Table)\b/gm)].map(([, name = '']) => [
      name,
      file,
      source,
    ]),
  ) as [string, string, string][];

  test.each(constructs)('has %s in its own file, %s, with an example of its use', (name, file, source) => {
    expect(file).toBe(`${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.ts`);
    const before = source.slice(0, source.search(new RegExp(`^export class ${name}\\b`, 'm')));
    expect(before.slice(before.lastIndexOf('/**'))).toMatch(/@example[\s\S]*\*\/\n$/);
  });

  test('exports a construct in every listed place', () => {
    const classes = Object.keys(cdk).filter((name) => /^[A-Z]/.test(name));
    expect(constructs.map(([name]) => name).toSorted()).toEqual(classes.toSorted());
  });

  const props = sources.flatMap(([, source]) =>
    [
      ...source.matchAll(
        /^export interface (\w+Props|ExistingVpc|AppConfig|AriBridgeConnector)\b[^{]*\{\n([\s\S]*?)^\}/gm,
      ),
    ].map(([, name = '', body = '']) => [name, body] as const),
  );

  test.each(props)('%s documents each prop, and the default of each optional one', (_, body) => {
    const fields = [...body.matchAll(/( {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)? {2}(\w+)(\??): /g)];
    expect(fields.length).toBeGreaterThan(0);
    for (const [, docstring, name, optional] of fields) {
      expect(docstring, name).toBeDefined();
      if (optional) expect(docstring, name).toContain('@default');
    }
  });
});

test.each([
  ['call-handler/call-handler.ts', 'callHandler'],
  ['call-handler/call-state.ts', 'channelState'],
  ['call-handler/claim.ts', 'claim'],
  ['call-handler/claim.ts', 'isClaimed'],
  ['call-handler/dynamodb.ts', 'dynamoDbOnce'],
  ['call-handler/dynamodb.ts', 'dynamoDbState'],
  ['call-handler/give-up.ts', 'GiveUp'],
  ['call-handler/play-once.ts', 'playOnce'],
  ['testing/test-calls.ts', 'testCalls'],
  ['testing/test-call.ts', 'TestCall'],
])('lib/%s has an example of how to use %s', (file, name) => {
  const source = readFileSync(new URL(`../lib/${file}`, import.meta.url), 'utf8');
  const before = source.slice(0, source.search(new RegExp(`^export (async )?(function|class) ${name}\\b`, 'm')));
  expect(before.slice(before.lastIndexOf('/**'))).toMatch(/@example[\s\S]*\*\/\n$/);
});

test('ARI’s own types are in a namespace: names such as Event are too general for the root', () => {
  expectTypeOf<main.Ari.Bridge['bridge_type']>().toEqualTypeOf<'mixing' | 'holding'>();
  expectTypeOf<main.CallEvent<'StasisStart'>['channel']>().toEqualTypeOf<main.Ari.Channel>();
  // @ts-expect-error: it is Ari.Event
  expectTypeOf<main.Event>().not.toBeNever();
});

test('the types lead from an event’s name to its fields', () => {
  main.callHandler({
    ChannelDtmfReceived: async ({ event, channel, late, recovered }) => {
      expectTypeOf(event.digit).toEqualTypeOf<string>();
      expectTypeOf(channel).toEqualTypeOf<main.ChannelHandle>();
      expectTypeOf([late, recovered]).toEqualTypeOf<boolean[]>();
      // @ts-expect-error: a digit has no playback
      event.playback;
    },
  });
  expectTypeOf(main.channelState<{ tries: number }>('pin')).toEqualTypeOf<main.CallState<{ tries: number }>>();
  expectTypeOf(dynamodb.dynamoDbState<string>).returns.toEqualTypeOf<main.CallState<string>>();
  expectTypeOf(testing.testCalls).returns.resolves.toEqualTypeOf<testing.TestPbx>();
  expectTypeOf<testing.TestCall['heard']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<testing.Delivery>().toEqualTypeOf<'once' | 'twice' | 'after the next' | 'held' | 'never'>();
});
