import { execFileSync } from 'node:child_process';

/** A password in the crypt form, as `mkpasswd -m sha-512` prints it: not by the code that is tested. */
export function hashOf(password: string): string {
  return execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
}
