import type { AriNode } from './node.ts';

/** A node with the content of its `caFile`. */
export interface DialledNode extends AriNode {
  /** Certificates (PEM) of the CAs to trust instead of the public ones. @default Node's CAs */
  ca?: string | undefined;
}

/** The variable that names the folder of a function's files. */
interface CaEnvironment {
  /** Set in Lambda: the folder with the function's code. */
  LAMBDA_TASK_ROOT?: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the CAs (PEM) that a node's `caFile` names: at start, so that a wrong file is found before the first call.
 *
 * @returns the certificates, for the option `ca` of a transport; `undefined` where the node names no file, or has no TLS
 * @throws with the file's name and what was expected, never with its content
 */
export function readCaFile(
  { name, url, caFile }: Pick<AriNode, 'name' | 'url' | 'caFile'>,
  environment: CaEnvironment = process.env as CaEnvironment,
): string | undefined {
  // For example a node whose URL was replaced by that of a simulated Asterisk has no certificate.
  if (caFile === undefined || url.startsWith('http:')) return undefined;
  // Loaded when needed: most functions have no private CA, and should not pay for it.
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { resolve } = process.getBuiltinModule('node:path');
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  const file = resolve(environment.LAMBDA_TASK_ROOT ?? '', caFile);
  const refuse = (got: string): Error =>
    new Error(
      `node "${name}": expected \`caFile\` to name a PEM file with the authority that signed the server's certificate, ${got} (${file})`,
    );
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw refuse(`got a file that cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (text.includes('PRIVATE KEY-----'))
    throw refuse('got one with a private key, which must be on the Asterisk server only');
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw refuse('got one without a "-----BEGIN CERTIFICATE-----"');
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch {
      throw refuse(`got one whose certificate ${index + 1} is damaged`);
    }
  }
  return certificates.join('\n');
}
