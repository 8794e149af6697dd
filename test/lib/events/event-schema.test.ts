import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { eventTypes } from '../../../lib/ari/generated/model.ts';
import { type ConnectorEventMap, connectorEntry } from '../../../lib/events/connector-event.ts';
import { type BusEntry, callEventEntry, readFrame } from '../../../lib/events/entry.ts';
import { eventSchemas } from '../../../lib/events/event-schema.ts';
import { ariEvents } from '../../fixtures/ari-events.ts';

const ajv = new Ajv({
  strict: false,
  formats: {
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    int64: { type: 'number', validate: Number.isSafeInteger },
  },
});
const validators = new Map(
  eventSchemas().map(({ name, content }) => {
    const { components } = content as { components: object };
    return [name, ajv.compile({ $ref: '#/components/schemas/AWSEvent', components })];
  }),
);
const METADATA = {
  id: '9c1f-1',
  node: 'pbx-1',
  connection: '9c1f',
  sequence: 1,
  channelId: '1795403597.0',
  channelSequence: 1795403597_000_001,
  receivedAt: '2026-11-23T12:00:00.000Z',
};

/** An entry as EventBridge delivers it. */
function onBus({ Source, DetailType, Time, Resources, Detail }: BusEntry) {
  return {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': DetailType,
    source: Source,
    account: '123456789012',
    time: Time.toISOString(),
    region: 'eu-west-1',
    resources: Resources,
    detail: JSON.parse(Detail) as Record<string, unknown>,
  };
}

function callEvent(event: object) {
  const frame = readFrame(JSON.stringify(event));
  if ('fault' in frame) throw new Error(frame.fault);
  return onBus(callEventEntry(frame, METADATA, ['channel/1795403597.0']));
}

/** What a validator has against an event, of the schema for its source and type. */
function faults(event: ReturnType<typeof onBus>, name = `${event.source}@${event['detail-type']}`) {
  const validate = validators.get(name) ?? expect.fail(`there is no schema ${name}`);
  validate(event);
  return validate.errors ?? [];
}

// A RESTResponse is no event: it answers a command over the socket.
const captured = Object.entries(ariEvents).filter(([type]) => eventTypes.includes(type as never));

test('most types of events were captured from a real Asterisk', () => {
  expect(captured.length).toBeGreaterThan(35);
});

test.each(captured)('%s, as a real Asterisk sends it, is valid by its schema', (_, event) => {
  expect(faults(callEvent(event))).toEqual([]);
});

test.each(captured)('%s without its timestamp, its metadata, or as another type, is not', (type, event) => {
  const right = callEvent(event);
  const { timestamp: _, ...withoutTime } = right.detail;
  const { metadata: __, ...withoutMetadata } = right.detail;
  expect(faults({ ...right, detail: withoutTime })).not.toEqual([]);
  expect(faults({ ...right, detail: withoutMetadata })).not.toEqual([]);
  expect(faults({ ...right, detail: { ...right.detail, type: 'Other' } })).not.toEqual([]);
  expect(faults({ ...right, 'detail-type': 'Other' }, `asterisk.ari@${type}`)).not.toEqual([]);
});

test('a field of another kind is found wherever it is', () => {
  const right = callEvent(ariEvents.StasisStart);
  const channel = right.detail.channel as { caller: object };
  const wrong = { ...channel, caller: { ...channel.caller, number: 100 } };
  expect(faults({ ...right, detail: { ...right.detail, channel: wrong } })).toMatchObject([
    { instancePath: '/detail/channel/caller/number', keyword: 'type' },
  ]);
});

test('unknown fields are valid: newer versions of Asterisk send more', () => {
  expect(faults(callEvent({ ...ariEvents.StasisStart, new_in_asterisk_24: { anything: true } }))).toEqual([]);
});

const NEWS: ConnectorEventMap = {
  ConnectorStarted: { node: 'pbx-1', apps: ['a'], instance: '1' },
  NodeConnected: { node: 'pbx-1', apps: ['a'], connection: '1' },
  NodeDisconnected: { node: 'pbx-1', apps: ['a'], connection: '1', reason: 'gone' },
  Gap: { node: 'pbx-1', apps: ['a'], connection: '1', to: '2026-11-23T12:00:00.000Z', cause: 'network' },
  EventRejected: { node: 'pbx-1', id: '1', reason: 'no JSON' },
  EventsDropped: { node: 'pbx-1', count: 1, reason: 'no room' },
  CallRescued: { node: 'pbx-1', app: 'a', channelId: '1.0', leftAt: '2026-11-23T12:00:00.000Z' },
  StandingDown: { node: 'pbx-1', app: 'a', connection: '1' },
  TakingOver: { node: 'pbx-1', apps: ['a'], from: ['c0ffee'] },
  AppTaken: { node: 'pbx-1', app: 'a', takesBackAt: '2026-11-23T12:00:30.000Z' },
};

test.each(Object.entries(NEWS))(
  '%s, an event of the connector, is valid by its schema, and invalid without its node',
  (type, news) => {
    const right = onBus(connectorEntry(type as keyof ConnectorEventMap, news, 'id-1'));
    expect(faults(right)).toEqual([]);
    const { node: _, ...withoutNode } = right.detail;
    expect(faults({ ...right, detail: withoutNode })).not.toEqual([]);
  },
);
