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
  /** Whether it may sign others. @default false */
  authority?: boolean;
  /** What signs it. @default the private CA itself */
  by?: PrivateCertificate;
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

  issue({
    subjectAltName = 'IP:127.0.0.1',
    days = 90,
    authority = false,
    by: signer,
  }: CertificateWishes = {}): PrivateCertificate {
    const [extensions, request, certificate] = ['extensions', 'request', 'certificate'].map((name) => this.#file(name));
    const constraints = authority ? 'basicConstraints = critical,CA:TRUE\n' : '';
    writeFileSync(extensions as string, `subjectAltName = ${subjectAltName}\n${constraints}`);
    const subject = authority ? '/CN=Private intermediate CA' : '/CN=pbx';
    openssl('req', ...NEW_KEY, '-keyout', this.#file('key'), '-out', request as string, '-subj', subject);
    if (signer) writeFileSync(this.#file('signer'), signer.certificate + signer.key);
    const signing = signer ? this.#file('signer') : this.#file('ca');
    const key = signer ? signing : this.#file('ca.key');
    const by = ['-CA', signing, '-CAkey', key, '-CAcreateserial', '-days', String(days)];
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

/** A certificate that has signed itself, and so is its own `ca`. */
export function selfSigned(): PrivateCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const [certificate, key] = [join(folder, 'certificate'), join(folder, 'key')];
    const names = ['-subj', '/CN=pbx', '-addext', 'subjectAltName = IP:127.0.0.1', '-days', '90'];
    openssl('req', '-x509', ...NEW_KEY, '-keyout', key, '-out', certificate, ...names);
    const text = readFileSync(certificate, 'utf8');
    return { ca: text, certificate: text, key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
