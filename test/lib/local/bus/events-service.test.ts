import { TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openServices } from '../../../support/aws-services.ts';

let aws: Awaited<ReturnType<typeof openServices>>;
beforeAll(async () => {
  aws = await openServices();
});
afterAll(() => aws.close());
beforeEach(() => aws.clear());

describe('TestEventPattern by the real SDK', () => {
  const event = { id: '1', account: '1', source: 's', time: 't', region: 'r', resources: [], 'detail-type': 'd' };
  const ask = (pattern: object, about: object) =>
    aws.events.send(
      new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(about) }),
    );

  test('says whether the pattern matches', async () => {
    expect((await ask({ source: ['s'] }, event)).Result).toBe(true);
    expect((await ask({ source: ['t'] }, event)).Result).toBe(false);
  });

  test.each([
    [
      'a pattern that is none',
      { source: 's' },
      event,
      'InvalidEventPatternException',
      'Event pattern is not valid. Reason: ',
    ],
    [
      'an event without its fields',
      { source: ['s'] },
      { id: '1' },
      'ValidationException',
      'Parameter Event is not valid. Reason: ',
    ],
  ])('refuses %s', async (_, pattern, about, name, message) => {
    const refused = await ask(pattern, about).catch((error: Error) => error);
    expect(refused).toMatchObject({ name, message: expect.stringContaining(message) });
  });
});
