import { expect, test } from 'vitest';
import { nodeClients } from '../../../lib/call-handler/nodes.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx-1.example.com/ari', apps: ['a'], secretId: 's' };

test('a node has one client for the life of the environment', () => {
  const clientOf = nodeClients({ ARI_NODES: JSON.stringify([NODE, { ...NODE, name: 'pbx-2' }]) });
  expect(clientOf('pbx-1')).toBe(clientOf('pbx-1'));
  expect(clientOf('pbx-2')).not.toBe(clientOf('pbx-1'));
});

test('an unknown node is named in the error, with the known ones', () => {
  const clientOf = nodeClients({ ARI_NODES: JSON.stringify([NODE]) });
  expect(() => clientOf('pbx-9')).toThrow('came from node "pbx-9", but the nodes of this function are: pbx-1');
});

test('a CA file that cannot be read is a fault of the node, and is named', () => {
  const clientOf = nodeClients({ ARI_NODES: JSON.stringify([{ ...NODE, caFile: '/nowhere/ca.pem' }]) });
  expect(() => clientOf('pbx-1')).toThrow(/node "pbx-1": expected `caFile`.*ENOENT \(\/nowhere\/ca\.pem\)/);
});

test.each([undefined, 'no json', '[]', '[{"name":"x"}]'])('ARI_NODES that is %j is refused', (text) => {
  expect(() => nodeClients(text === undefined ? {} : { ARI_NODES: text })('pbx-1')).toThrow(/^ARI_NODES: /);
});
