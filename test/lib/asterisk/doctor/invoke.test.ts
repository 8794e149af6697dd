import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { examineFromLambda } from '../../../../lib/asterisk/doctor/invoke.ts';
import { AwsAccount } from '../../../support/aws-account.ts';

let aws: AwsAccount;

beforeEach(async () => {
  aws = new AwsAccount();
  const environment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_ENDPOINT_URL', await aws.listen());
  onTestFinished(() => {
    vi.unstubAllEnvs();
    aws.close();
  });
});

test('the function is invoked with a node, and its findings are returned', async () => {
  const findings = [{ check: 'port', verdict: 'ok', says: 'open' }];
  const asked: unknown[] = [];
  aws.functions.set('doctor', async (payload) => {
    asked.push(payload);
    return { findings };
  });
  expect(await examineFromLambda('doctor', { node: 'pbx-1', calls: true })).toEqual(findings);
  expect(asked).toEqual([{ node: 'pbx-1', calls: true }]);
});

test('another function than the doctor’s is recognized', async () => {
  aws.functions.set('another', async () => ({ statusCode: 200 }));
  await expect(examineFromLambda('another', { node: 'pbx-1' })).rejects.toThrow(
    'expected {"findings":[…]} from the function another, got {"statusCode":200}; check that --function names the doctor\'s function',
  );
});
