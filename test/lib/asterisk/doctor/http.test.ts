import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
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
