import { expect, test } from 'vitest';
import { connectorEntry } from '../../../lib/events/connector-event.ts';
import { connectorPattern } from '../../../lib/events/connector-pattern.ts';
import { matches } from '../../../lib/events/pattern/index.ts';

const gap = connectorEntry(
  'Gap',
  { node: 'pbx-1', apps: ['a'], connection: 'c', to: '2026-11-23T12:00:00.000Z', cause: 'network' },
  'id-1',
);
const onBus = { source: gap.Source, 'detail-type': gap.DetailType, detail: JSON.parse(gap.Detail) };

test('the pattern names the connector’s source, the types and the nodes', () => {
  expect(connectorPattern({ type: 'Gap', node: 'pbx-1' })).toEqual({
    source: ['asterisk.ari.connector'],
    'detail-type': ['Gap'],
    detail: { node: ['pbx-1'] },
  });
  expect(connectorPattern({ type: { connectorEventTypes: ['Gap', 'NodeConnected'] } })['detail-type']).toEqual([
    'Gap',
    'NodeConnected',
  ]);
  expect(connectorPattern()).toEqual({ source: ['asterisk.ari.connector'] });
});

test('it matches the connector’s events of those types and nodes, and no others', () => {
  const matched = [
    connectorPattern(),
    connectorPattern({ type: ['Gap', 'NodeConnected'], node: ['pbx-1', 'pbx-2'] }),
    connectorPattern({ type: 'NodeConnected' }),
    connectorPattern({ type: 'Gap', node: 'pbx-2' }),
  ].map((pattern) => matches(pattern, onBus));
  expect(matched).toEqual([true, true, false, false]);
  expect(matches(connectorPattern(), { ...onBus, source: 'asterisk.ari' })).toBe(false);
});
