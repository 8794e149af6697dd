import { expect, onTestFinished, test, vi } from 'vitest';
import { readSecret } from '../../../../lib/asterisk/doctor/secret.ts';
import { AwsAccount } from '../../../support/aws-account.ts';

test('a secret is a user; what it is not is said without its content', async () => {
  const aws = new AwsAccount();
  const environment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_ENDPOINT_URL', await aws.listen());
  onTestFinished(() => {
    vi.unstubAllEnvs();
    aws.close();
  });
  aws.secrets.set('user', { username: 'u', password: 'p' });
  aws.secrets.set('other', { username: 'u', pin: 'hidden' });
  expect(await readSecret('user')).toEqual({ username: 'u', password: 'p' });
  await expect(readSecret('other')).rejects.toThrow(/^Secret other: expected JSON of the form .* missing "password"$/);
});
