import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { events } from '../../../../lib/asterisk/doctor/events.ts';
import { ari, http, prefix } from '../../../../lib/asterisk/doctor/http.ts';
import { privateCertificate } from '../../../asterisk/certificate.ts';
import { outcomes, visitOf, visitPeer } from './visit.ts';

test('http:// to a port that needs https:// is distinguished from a server that is full', async () => {
  const { certificate, key } = privateCertificate();
  const server = createServer({ cert: certificate, key });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const [found] = await outcomes(http, visitOf({ url: `http://127.0.0.1:${port}/ari` }));
  expect(found).toMatchObject({
    verdict: 'error',
    file: 'cdk.json',
    line: `"url": "https://127.0.0.1:${port}/ari"`,
    says: expect.stringMatching(/needs https:/),
  });
});

test('a booting server is reported as booting', async () => {
  const { examination } = await visitPeer({ '/asterisk/ping': 503 });
  expect(await outcomes(http, examination)).toMatchObject([{ says: expect.stringMatching(/still booting \(503\)/) }]);
});

test('ARI is recognized by its JSON', async () => {
  const { examination } = await visitPeer({ '/asterisk/ping': { ping: 'pong' } });
  for (const check of [http, prefix, ari]) {
    expect(await outcomes(check, examination)).toMatchObject([{ verdict: 'ok' }]);
  }
});

describe('a reverse proxy in front of Asterisk', () => {
  /** An examination of a server that calls itself nginx. */
  async function behind(status: number, headers: Record<string, string> = {}, body = '<html>') {
    const server = createPlainServer((_, response) => {
      response.writeHead(status, { server: 'nginx/1.22.1', ...headers }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return visitOf({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari` });
  }

  test.each([
    [401, /nginx\/1\.22\.1 at \S+ refuses the request itself \(401\), before it reaches Asterisk/],
    [403, /refuses the request itself \(403\)/],
    [429, /limits requests \(429\)/],
    [502, /does not reach Asterisk \(502\).*bindaddr and bindport/],
    [503, /does not reach Asterisk \(503\)/],
    [504, /does not reach Asterisk \(504\)/],
  ])('that answers %i itself is named as the one that does', async (status, says) => {
    expect(await outcomes(http, await behind(status))).toMatchObject([
      { verdict: 'error', says: expect.stringMatching(says) },
    ]);
  });

  test('that redirects is an error with the url to write', async () => {
    const [found] = await outcomes(http, await behind(301, { location: 'https://pbx.example.com/ari/asterisk/ping' }));
    expect(found).toMatchObject({
      verdict: 'error',
      says: expect.stringMatching(/redirects to https:\/\/pbx\.example\.com\S* \(301\)/),
      line: '"url": "https://pbx.example.com/ari"',
    });
  });

  test.each([
    [200, '{"message":"Welcome"}'],
    [404, '{"message":"Not Found"}'],
    [403, '{"message":"Missing Authentication Token"}'],
  ])('of which another program answers in JSON is no ARI: %i %s', async (status, body) => {
    const [found] = await outcomes(http, await behind(status, { 'content-type': 'application/json' }, body));
    expect(found).toMatchObject({
      verdict: 'error',
      says: expect.stringMatching(/answers by itself|refuses the request itself/),
    });
  });

  test('that hands ARI’s own refusal on is right', async () => {
    const body = JSON.stringify({ message: 'Authentication required' });
    const examination = await behind(401, { 'content-type': 'application/json' }, body);
    expect(await outcomes(http, examination)).toEqual([
      { verdict: 'ok', says: 'nginx/1.22.1 answers, in front of Asterisk' },
    ]);
    expect(examination.proxy).toBe('nginx/1.22.1');
  });

  test('that does not hand on the change to a WebSocket gets the lines of nginx', async () => {
    const examination = await behind(401, {}, '{"message":"Authentication required"}');
    expect(await outcomes(http, examination)).toMatchObject([{ verdict: 'ok' }]);
    const [found] = await outcomes(events, examination);
    expect(found).toMatchObject({ verdict: 'error', file: 'nginx.conf', line: 'proxy_http_version 1.1;' });
    expect(found?.otherwise?.map(({ line }) => line)).toContain('proxy_set_header Upgrade $http_upgrade;');
  });
});
