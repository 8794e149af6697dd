import { expect, onTestFinished, test, vi } from 'vitest';
import { onBus } from '../../../../lib/asterisk/doctor/bus.ts';
import { AwsAccount } from '../../../support/aws-account.ts';
import { outcomes, visitPeer } from './visit.ts';

// That an event of a real Asterisk is seen, and everything is removed: test/asterisk/doctor-command.test.ts.

async function account(): Promise<AwsAccount> {
  const aws = new AwsAccount();
  const environment = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_ENDPOINT_URL', await aws.listen());
  onTestFinished(() => {
    vi.unstubAllEnvs();
    aws.close();
  });
  return aws;
}

test('nothing is created where no connector would forward the event', async () => {
  const aws = await account();
  const { examination } = await visitPeer({}, { apps: ['a'] });
  expect(await outcomes(onBus('calls'), examination)).toMatchObject([{ verdict: 'skipped' }]);
  expect(aws.requests).toEqual([]);
});

test('a refusal of AWS is reported with its own message, and the created queue is removed at the end', async () => {
  const aws = await account();
  vi.spyOn(aws.rules, 'set').mockImplementation(() => {
    throw new Error('not authorized to perform: events:PutRule');
  });
  const { examination } = await visitPeer({ '/applications': [{ name: 'a' }] }, { apps: ['a'] });
  expect(await outcomes(onBus('calls'), examination)).toMatchObject([
    { verdict: 'error', says: 'cannot watch the bus calls: not authorized to perform: events:PutRule' },
  ]);
  expect(aws.queues.size).toBe(1);
  expect(await examination.end()).toEqual([]);
  expect(aws.queues.size).toBe(0);
});
