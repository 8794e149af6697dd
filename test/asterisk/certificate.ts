import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for 127.0.0.1 from a private CA, as companies have them. All PEM. */
export interface PrivateCertificate {
  ca: string;
  certificate: string;
  key: string;
}

/** The names of a certificate, and its validity. */
export interface CertificateWishes {
  /** As openssl writes it. @default 'IP:127.0.0.1' */
  subjectAltName?: string;
  /** Days from now; with -1 it expired yesterday. @default 90 */
  days?: number;
}

/** A private CA, which is valid as long as its certificates. */
export class PrivateAuthority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  /** Its certificate. PEM. */
  readonly ca: string;

  constructor() {
    const [key, certificate] = [this.#file('ca.key'), this.#file('ca')];
    openssl('req', '-x509', ...NEW_KEY, '-keyout', key, '-out', certificate, '-subj', '/CN=Private CA', '-days', '90');
    this.ca = this.#read('ca');
  }

  issue({ subjectAltName = 'IP:127.0.0.1', days = 90 }: CertificateWishes = {}): PrivateCertificate {
    const [extensions, request, certificate] = ['extensions', 'request', 'certificate'].map((name) => this.#file(name));
    writeFileSync(extensions as string, `subjectAltName = ${subjectAltName}\n`);
    openssl('req', ...NEW_KEY, '-keyout', this.#file('key'), '-out', request as string, '-subj', '/CN=pbx');
    const by = ['-CA', this.#file('ca'), '-CAkey', this.#file('ca.key'), '-CAcreateserial', '-days', String(days)];
    const files = ['-in', request, '-extfile', extensions, '-out', certificate] as string[];
    openssl('x509', '-req', ...by, ...files);
    return { ca: this.ca, certificate: this.#read('certificate'), key: this.#read('key') };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  #read(name: string): string {
    return readFileSync(this.#file(name), 'utf8');
  }
}

/** A certificate of a new CA. */
export function privateCertificate(wishes: CertificateWishes = {}): PrivateCertificate {
  const authority = new PrivateAuthority();
  try {
    return authority.issue(wishes);
  } finally {
    authority.remove();
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
