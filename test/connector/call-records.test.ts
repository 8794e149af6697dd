import { expect, test } from 'vitest';
import { NodeState } from '../../connector/asterisk/node-state.ts';
import { CallRecords, EventOrigin } from '../../connector/call-records.ts';
import { DEFAULT_FILTER, EventFilter } from '../../connector/event-filter.ts';
import { Metrics } from '../../connector/metrics.ts';
import { type AriFrame, readFrame } from '../../lib/events/entry.ts';
import { busWith } from '../support/bus-with.ts';

const BUS = busWith(async () => []);
const origin = () => new EventOrigin('pbx-1', ['desk'], new NodeState());

/** The metadata that an event has on the bus. */
function metadataOf(event: object): object {
  const records = new CallRecords(BUS, new EventFilter(DEFAULT_FILTER), new Metrics());
  const frame = readFrame(JSON.stringify({ application: 'desk', ...event })) as AriFrame;
  const record = records.recordOf(origin(), {
    kind: 'event',
    frame,
    position: { connection: 'c', sequence: 1 },
    recovered: false,
  });
  return (BUS.detailOf(record?.entry ?? Buffer.from('')) as { metadata: object }).metadata;
}

const channel = { id: '1.1', creationtime: '2026-11-25T10:00:00.000+0000' };
const timestamp = '2026-11-25T10:00:01.000+0000';

test('an event that brings the outcome of a verb has it in words', () => {
  const args = ['ari-eventbridge', 'gathered', 'pin', '100', '1', 'OK', '4711', ''];
  expect(metadataOf({ type: 'StasisStart', args, channel, timestamp })).toMatchObject({
    channelId: '1.1',
    outcome: { kind: 'gathered', name: 'pin', attempt: 1, outcome: 'ok', digits: '4711' },
  });
});

test('any other event has none', () => {
  expect(metadataOf({ type: 'StasisStart', args: ['sales'], channel, timestamp })).not.toHaveProperty('outcome');
  expect(metadataOf({ type: 'ChannelDtmfReceived', digit: '4', channel, timestamp })).not.toHaveProperty('outcome');
});
