import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { nodeClients } from '../../../lib/call-handler/nodes.ts';
import { until } from '../../support/until.ts';

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

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An environment of Lambda's with so many nodes, and what is asked of Secrets Manager and of Asterisk. */
async function environmentOf(nodes: number, start: string) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(String(request.headers['x-amz-target'] ?? request.url));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ SecretString: '{"username":"u","password":"p"}' }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const all = Array.from({ length: nodes }, (_, at) => ({ ...NODE, name: `pbx-${at + 1}`, url: `${url}/ari` }));
  const credentials = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };
  const environment = {
    ...{ ARI_NODES: JSON.stringify(all), ...credentials, AWS_ENDPOINT_URL: url },
    AWS_LAMBDA_INITIALIZATION_TYPE: start,
  };
  return { asked, environment };
}

test('a new environment reads the secret and connects to Asterisk before the first event, once', async () => {
  const { asked, environment } = await environmentOf(1, 'on-demand');
  const clientOf = nodeClients(environment);
  await until('the ping', () => asked.length === 2);
  expect(asked).toEqual(['secretsmanager.GetSecretValue', '/ari/asterisk/ping']);
  await clientOf('pbx-1').asterisk.ping();
  expect(asked.slice(2)).toEqual(['/ari/asterisk/ping']);
});

test.each([
  ['is provisioned long before', 1, 'provisioned-concurrency'],
  ['has many nodes', 3, 'on-demand'],
])('one that %s does not', async (_, nodes, start) => {
  const { asked, environment } = await environmentOf(nodes, start);
  const clientOf = nodeClients(environment);
  await clientOf('pbx-1').asterisk.ping();
  expect(asked).toEqual(['secretsmanager.GetSecretValue', '/ari/asterisk/ping']);
});

test('nodes that are wrong are a fault of the first event, and not of the import', () => {
  const clientOf = nodeClients({ ARI_NODES: 'no json', AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' });
  expect(() => clientOf('pbx-1')).toThrow(/^ARI_NODES: /);
});
