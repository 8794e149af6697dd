import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { speaksTls, tls } from '../../../../lib/asterisk/doctor/tls.ts';
import { privateCertificate } from '../../../asterisk/certificate.ts';
import { outcomes, visitOf, visitPeer } from './visit.ts';

// Certificates that are not accepted are seen in test/asterisk/private-ca.test.ts.

async function serve(days: number) {
  const { ca, certificate, key } = privateCertificate({ days });
  const server = createServer({ cert: certificate, key }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/ari`, ca };
}

test('reports version, cipher and CA, and for how many days the certificate is valid', async () => {
  const [session, expiry] = await outcomes(tls, visitOf(await serve(90)));
  expect(session).toMatchObject({
    verdict: 'ok',
    says: expect.stringMatching(/^TLSv1\.3, TLS_\w+; .* Private CA, the private/),
  });
  expect(expiry).toMatchObject({ verdict: 'ok', says: expect.stringMatching(/valid for (89|90) more days/) });
});

test('warns of a certificate that is about to expire', async () => {
  const [, expiry] = await outcomes(tls, visitOf(await serve(29)));
  expect(expiry).toMatchObject({
    verdict: 'warning',
    option: 'tlscertfile',
    says: expect.stringMatching(/expires in 2[89] days/),
  });
});

test('warns of unencrypted passwords, unless they stay on this machine', async () => {
  expect(await outcomes(tls, visitOf({ url: 'http://pbx.example.com:8088/ari' }))).toMatchObject([
    { verdict: 'warning', line: 'tlsenable = yes' },
  ]);
  expect(await outcomes(tls, visitOf({ url: 'http://127.0.0.1:8088/ari' }))).toMatchObject([{ verdict: 'skipped' }]);
});

test('distinguishes a port with TLS from one without', async () => {
  const { url } = await serve(90);
  expect(await speaksTls(url.replace('https:', 'http:'))).toBe(true);
  const { peer } = await visitPeer({});
  expect(await speaksTls(peer.url)).toBe(false);
});
