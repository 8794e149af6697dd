import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventSocket } from '../../connector/asterisk/event-socket.ts';
import { freePort } from '../support/free-port.ts';
import { privateCertificate } from './certificate.ts';
import { ASTERISK_ROOT } from './install.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const USER = { username: 'connector', password: 'p', readOnly: true };
const CERTIFICATE_FILE = '/etc/asterisk/test-certificate.pem';
const HOUR_MS = 3_600_000;

// It is configured by these tests.
describe.skipIf(!OWN_ASTERISK)('with a certificate of a private CA for a day', () => {
  let asterisk: RealAsterisk;
  let secure: string;
  const authorities = getCACertificates();

  beforeAll(async () => {
    asterisk = await RealAsterisk.prepare();
    secure = `https://127.0.0.1:${await freePort()}/ari`;
    const { ca, certificate, key } = privateCertificate({ days: 1 });
    const file = join(ASTERISK_ROOT, CERTIFICATE_FILE);
    writeFileSync(file, key + certificate);
    chmodSync(file, 0o644);
    setDefaultCACertificates([...authorities, ca]);
    asterisk.configure([USER], undefined, {
      'http.conf': `tlsenable = yes\ntlsbindaddr = ${new URL(secure).host}\ntlscertfile = ${CERTIFICATE_FILE}\n`,
    });
    await asterisk.start();
  });
  afterAll(async () => {
    setDefaultCACertificates(authorities);
    await asterisk?.stop();
  });

  /** When the certificate expires, as seen on an event WebSocket. */
  async function expiryOf(url: string): Promise<number | undefined> {
    let socket: EventSocket | undefined;
    const expires = await new Promise<number | undefined>((resolve, reject) => {
      socket = new EventSocket(
        { node: { name: 'pbx-1', url, apps: ['a'] }, apps: ['a'], credentials: USER },
        (event) => {
          if (event.kind === 'open') resolve(event.certificateExpires);
          if (event.kind === 'end') reject(new Error(JSON.stringify(event.failure)));
        },
      );
    });
    await socket?.close();
    return expires;
  }

  test('the connector sees when the certificate of a real Asterisk expires', async () => {
    const hours = (((await expiryOf(secure)) ?? 0) - Date.now()) / HOUR_MS;
    expect(hours).toBeGreaterThan(22);
    expect(hours).toBeLessThanOrEqual(24);
  });

  test('and sees no certificate where there is no TLS', async () => {
    expect(await expiryOf(asterisk.url)).toBeUndefined();
  });
});
