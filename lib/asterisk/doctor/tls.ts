import type { PeerCertificate } from 'node:tls';
import { confLine, networkFault, portOf } from '../../ari/connect-failure.ts';
import type { Check } from './check.ts';
import type { Patient } from './examination.ts';
import { fault, type Outcome, ok, skipped, warning } from './finding.ts';

const HANDSHAKE_MS = 5000;
/** Days before its end at which a certificate is worth a thought. */
const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;

/** The certificate is accepted: chain, host name, time. And for how many days. */
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
    const authority = certificate.issuer?.CN ?? certificate.issuer?.O ?? 'an authority without a name';
    const kind = patient.ca === undefined ? '' : ', the private authority that `caFile` names';
    const accepted = ok(`${version}, ${cipher}; the certificate is signed by ${authority}${kind}`);
    return [accepted, expiry(certificate)];
  },
};

function expiry({ valid_to }: PeerCertificate): Outcome {
  const days = Math.floor((Date.parse(valid_to) - Date.now()) / DAY_MS);
  if (days >= RENEW_DAYS) return ok(`the certificate is good for ${days} days more`);
  return warning(
    `the certificate expires in ${days} days, on ${valid_to}: renew it, name the new one in tlscertfile of http.conf, and tell Asterisk with "module reload http"`,
    confLine('http.conf', 'general', 'tlscertfile', '/etc/asterisk/keys/asterisk.pem'),
  );
}

function plain(hostname: string): Outcome {
  if (/^(localhost|127\.|\[::1\])/.test(hostname)) return skipped('plain http:// to this very machine');
  return warning(
    `plain http:// to ${hostname}: passwords and calls cross the network in the clear. Write tlsenable, tlsbindaddr and tlscertfile into http.conf, and https:// into \`url\` of the node in cdk.json`,
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

/** Whether a port speaks TLS, whatever its certificate. */
export async function speaksTls(url: string): Promise<boolean> {
  const { connect } = process.getBuiltinModule('node:tls');
  const { hostname } = new URL(url);
  return new Promise((resolve) => {
    // Nothing is sent over it: who answers does not matter.
    const socket = connect({ host: hostname, port: Number(portOf(url)), rejectUnauthorized: false });
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error('timeout')));
    socket.on('secureConnect', () => {
      resolve(true);
      socket.end();
    });
    socket.on('error', () => resolve(false));
  });
}
