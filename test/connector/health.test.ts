import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { ConnectorStatus } from '../../connector/connector.ts';
import { serveHealth } from '../../connector/health.ts';

test('health is served on loopback: alive always, ready or what is missing', async () => {
  const status: ConnectorStatus = { ready: false, nodes: { 'pbx-1': 'nothing listens' }, bus: 'accepting', waiting: 0 };
  const server = await serveHealth(0, () => status);
  const { address, port } = server.address() as AddressInfo;
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect(address).toBe('127.0.0.1');
  expect((await get('/healthz')).status).toBe(200);
  const notReady = await get('/readyz');
  expect([notReady.status, await notReady.json()]).toEqual([503, status]);
  status.ready = true;
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/')).status).toBe(404);
  server.closeAllConnections();
  server.close();
});
