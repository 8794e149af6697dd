import { callHandler } from 'ari-eventbridge';
import { dynamoDbState } from 'ari-eventbridge/dynamodb';
import { inMemoryOnce, testCalls, testTables } from 'ari-eventbridge/testing';
import { expect, onTestFinished, test, vi } from 'vitest';

test('an event is handled once, and again where it failed', async () => {
  const once = inMemoryOnce();
  const work = vi.fn(async () => {});
  await expect(once.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await once.run('a', work)).toBe(true);
  expect(await once.run('a', work)).toBe(false);
  expect(work).toHaveBeenCalledTimes(1);
});

test('an event that is being handled is an error, until the time of that attempt is over', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const once = inMemoryOnce();
  void once.run('a', () => new Promise(() => {}), 1000);
  await expect(once.run('a', async () => {})).rejects.toThrow('already being processed by another invocation');
  vi.setSystemTime(Date.now() + 1500);
  expect(await once.run('a', async () => {})).toBe(true);
});

test('state in DynamoDB works with test calls, in tables of the test', async () => {
  const tables = await testTables('call-state');
  const digits = dynamoDbState<{ pressed: string; none?: string | undefined }>('digits', { tableName: 'call-state' });
  const seen: string[] = [];
  const handler = callHandler({
    StasisStart: async ({ channel, event }) => {
      await channel.answer();
      await digits.set({ channel, event }, { pressed: '', none: undefined });
    },
    ChannelDtmfReceived: async ({ channel, event }) => {
      const { pressed } = (await digits.get({ channel, event })) ?? { pressed: '' };
      seen.push(pressed + event.digit);
      await digits.set({ channel, event }, { pressed: pressed + event.digit });
    },
  });
  const pbx = await testCalls({ Digits: handler }, { cold: true });
  const call = await pbx.dial('Digits');
  await call.press('1');
  await call.press('2');
  await pbx.close();
  await tables.close();
  expect(seen).toEqual(['1', '12']);
  expect(process.env.AWS_ENDPOINT_URL_DYNAMODB).toBeUndefined();
});
