import { execFileSync } from 'node:child_process';

/** A password's hash, as `mkpasswd -m sha-512` prints it: not computed by the tested code. */
export function hashOf(password: string): string {
  return execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
}
