import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { name, port, portAmong } from '../../../../lib/asterisk/doctor/network.ts';
import { freePort } from '../../../support/free-port.ts';
import { outcomes, visitOf, visitPeer } from './visit.ts';

test('a host name that does not resolve is named', async () => {
  const [found] = await outcomes(name, visitOf({ url: 'https://pbx.invalid/ari' }));
  expect(found).toMatchObject({
    verdict: 'error',
    says: expect.stringMatching(/host name of pbx\.invalid does not resolve/),
  });
});

test('an address is its own name, in IPv6 as well', async () => {
  expect(await outcomes(name, visitOf({ url: 'http://[::1]:8088/ari' }))).toEqual([
    { verdict: 'ok', says: '[::1] is ::1' },
  ]);
});

test('an open port is ok, and a closed one is an error', async () => {
  const { examination } = await visitPeer({});
  expect(await outcomes(port, examination)).toMatchObject([{ verdict: 'ok' }]);
  const closed = await freePort();
  const [found] = await outcomes(port, visitOf({ url: `http://127.0.0.1:${closed}/ari` }));
  expect(found).toMatchObject({ verdict: 'error', file: 'http.conf', section: 'general' });
  expect([found?.line, ...(found?.otherwise ?? []).map(({ line }) => line)].toSorted()).toEqual([
    'bindaddr = 127.0.0.1',
    `bindport = ${closed}`,
    'enabled = yes',
  ]);
});

test.each([
  ['https:', 'Asterisk/22.10.1', /tlsenable=yes.*HTTP server without TLS answers on port/, /^tlsenable = yes/],
  ['http:', 'Asterisk/22.10.1', /but Asterisk's HTTP server answers on port/, /^bindport = /],
  ['http:', 'nginx', /nothing listens on \S+ \(ECONNREFUSED\)/, /^enabled = yes/],
])('for %s, where %s answers at another port, that server is recognized', async (scheme, server, sentence, line) => {
  const other = createServer((_, response) => response.writeHead(404, { server }).end());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    other.closeAllConnections();
    other.close();
  });
  const usual = (other.address() as AddressInfo).port;
  const [found] = await outcomes(portAmong([usual]), visitOf({ url: `${scheme}//127.0.0.1:${await freePort()}/ari` }));
  expect(found).toMatchObject({ verdict: 'error', says: expect.stringMatching(sentence) });
  expect(found?.line).toMatch(line);
});
