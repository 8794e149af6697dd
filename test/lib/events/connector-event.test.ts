import { expect, test } from 'vitest';
import { connectorEntry } from '../../../lib/events/connector-event.ts';

test('the connector’s own events are entries with their own source', () => {
  const time = new Date(0);
  expect(connectorEntry('NodeConnected', { node: 'pbx-1', apps: ['a'], connection: 'c' }, 'id-1', time)).toEqual({
    Source: 'asterisk.ari.connector',
    DetailType: 'NodeConnected',
    Time: time,
    Resources: ['pbx-1'],
    Detail: '{"node":"pbx-1","apps":["a"],"connection":"c","metadata":{"id":"id-1","node":"pbx-1"}}',
  });
});
