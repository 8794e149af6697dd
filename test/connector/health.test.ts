import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { ConnectorStatus } from '../../connector/connector.ts';
import { serveHealth } from '../../connector/health.ts';

const STATUS: ConnectorStatus = {
  ready: false,
  nodes: { 'pbx-1': 'nothing listens' },
  bus: 'accepting',
  journal: 'on disk',
  waiting: 0,
};

async function serve(status: ConnectorStatus, metrics = '', stuck: string[] = [], neverServed: string[] = []) {
  const server = await serveHealth(0, {
    status: () => status,
    stuck: () => stuck,
    neverServed: () => neverServed,
    metrics: () => metrics,
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { address, port } = server.address() as AddressInfo;
  return { address, get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`) };
}

test('health is served on loopback: /healthz while the process works, /readyz with the status', async () => {
  const status = { ...STATUS };
  const { address, get } = await serve(status);
  expect(address).toBe('127.0.0.1');
  expect((await get('/healthz')).status).toBe(200);
  const notReady = await get('/readyz');
  expect([notReady.status, await notReady.json()]).toEqual([503, status]);
  status.ready = true;
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/')).status).toBe(404);
});

test('/healthz answers 503 when the link of a node has stopped working, not when Asterisk is away', async () => {
  const stuck: string[] = [];
  const { get } = await serve(STATUS, '', stuck);
  expect((await get('/healthz')).status).toBe(200);
  stuck.push('pbx-1');
  const answer = await get('/healthz');
  expect([answer.status, await answer.json()]).toEqual([503, { alive: false, stuck: ['pbx-1'] }]);
});

test('/healthz answers 503 while the connector has not reached a node that another connector works for', async () => {
  const neverServed = ['pbx-1'];
  const { get } = await serve(STATUS, '', [], neverServed);
  const answer = await get('/healthz');
  expect([answer.status, await answer.json()]).toEqual([503, { alive: false, neverServed: ['pbx-1'] }]);
  neverServed.length = 0;
  expect((await get('/healthz')).status).toBe(200);
});

test('/metrics serves the metrics in Prometheus’ text format', async () => {
  const { get } = await serve(STATUS, 'ari_eventbridge_journal_depth 3\n');
  const answer = await get('/metrics');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await answer.text()).toBe('ari_eventbridge_journal_depth 3\n');
});
