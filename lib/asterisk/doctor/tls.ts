import type { PeerCertificate } from 'node:tls';
import { CERTIFICATE, confLine, networkFault, portOf } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Patient } from './examination.ts';
import { fault, type Outcome, ok, skipped, warning } from './finding.ts';

const HANDSHAKE_MS = 5000;
/** A certificate that expires within this many days gets a warning. */
const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;

/** The certificate is accepted (chain, host name, validity), and for how many more days. */
export const tls: Check = {
  name: 'tls',
  needs: ['port'],
  async look({ patient, target }) {
    const { protocol, hostname } = new URL(patient.url);
    if (protocol === 'http:') return plain(hostname);
    let session: TlsSession;
    try {
      session = await handshake(patient);
    } catch (cause) {
      return fault(networkFault(cause as Error, target));
    }
    const { version, cipher, certificate } = session;
    const authority = certificate.issuer?.CN ?? certificate.issuer?.O ?? 'a CA without a name';
    const kind = patient.ca === undefined ? '' : ', the private CA of `caFile`';
    const accepted = ok(`${version}, ${cipher}; the certificate is signed by ${authority}${kind}`);
    return [accepted, expiry(certificate, patient.http?.tlscertfile ?? CERTIFICATE)];
  },
};

function expiry({ valid_to }: PeerCertificate, file: string): Outcome {
  const days = Math.floor((Date.parse(valid_to) - Date.now()) / DAY_MS);
  if (days >= RENEW_DAYS) return ok(`the certificate is valid for ${days} more days`);
  return warning(
    `the certificate expires in ${days} days, on ${valid_to}: renew it, set tlscertfile of http.conf to the new one, and run "module reload http" in Asterisk`,
    confLine('http.conf', 'general', 'tlscertfile', file),
  );
}

function plain(hostname: string): Outcome {
  if (/^(localhost|127\.|\[::1\])/.test(hostname)) return skipped('plain http:// to this machine');
  return warning(
    `plain http:// to ${hostname}: passwords and call data cross the network unencrypted. Set tlsenable, tlsbindaddr and tlscertfile in http.conf, and https:// in \`url\` of the node in cdk.json`,
    confLine('http.conf', 'general', 'tlsenable', 'yes'),
  );
}

interface TlsSession {
  version: string;
  cipher: string;
  certificate: PeerCertificate;
}

function handshake({ url, ca }: Patient): Promise<TlsSession> {
  const { connect } = process.getBuiltinModule('node:tls');
  const { isIP } = process.getBuiltinModule('node:net');
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(portOf(url)),
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca !== undefined && { ca }),
    });
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error('the TLS handshake has timed out')));
    socket.on('secureConnect', () => {
      resolve({
        version: socket.getProtocol() ?? 'TLS',
        cipher: socket.getCipher().name,
        certificate: socket.getPeerCertificate(),
      });
      socket.end();
    });
    socket.on('error', reject);
  });
}

/** Whether a port speaks TLS, with any certificate. */
export async function speaksTls(url: string): Promise<boolean> {
  const { connect } = process.getBuiltinModule('node:tls');
  const { hostname } = new URL(url);
  return new Promise((resolve) => {
    // Nothing is sent over the connection: the server's identity does not matter.
    const socket = connect({ host: hostname, port: Number(portOf(url)), rejectUnauthorized: false });
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error('timeout')));
    socket.on('secureConnect', () => {
      resolve(true);
      socket.end();
    });
    socket.on('error', () => resolve(false));
  });
}
