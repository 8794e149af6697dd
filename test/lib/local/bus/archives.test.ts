import {
  DescribeReplayCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ARCHIVE, BUS_ARN, ENTRY, openServices } from '../../../support/aws-services.ts';

let aws: Awaited<ReturnType<typeof openServices>>;
beforeAll(async () => {
  aws = await openServices();
});
afterAll(() => aws.close());
beforeEach(() => aws.clear());

const put = (...Entries: PutEventsRequestEntry[]) => aws.events.send(new PutEventsCommand({ Entries }));

describe('replays by the real SDK', () => {
  const EventStartTime = new Date('2026-11-20T00:00:00Z');
  const EventEndTime = new Date('2026-11-21T00:00:00Z');
  const replay = (ReplayName: string, more: object = {}) =>
    aws.events.send(
      new StartReplayCommand({
        ReplayName,
        EventSourceArn: ARCHIVE.arn,
        EventStartTime,
        EventEndTime,
        Destination: { Arn: BUS_ARN },
        ...more,
      }),
    );

  test('put archived events of a period on the bus again, with the name of the replay', async () => {
    await put(
      { ...ENTRY, Time: new Date('2026-11-20T10:00:00Z') },
      { ...ENTRY, Time: new Date('2026-11-22T10:00:00Z') },
    );
    const [first] = aws.seen;
    aws.seen.length = 0;
    aws.delivered.length = 0;
    await replay('again');
    expect(aws.seen).toEqual([{ ...first, 'replay-name': 'again' }]);
    expect(aws.delivered.map(([target]) => target)).toEqual(['fn-1', 'fn-2']);
    expect(await aws.events.send(new DescribeReplayCommand({ ReplayName: 'again' }))).toMatchObject({
      State: 'COMPLETED',
      EventLastReplayedTime: new Date('2026-11-20T10:00:00Z'),
    });
    aws.seen.length = 0;
    await replay('only-others', { Destination: { Arn: BUS_ARN, FilterArns: ['arn:other'] } });
    expect([aws.seen.length, aws.delivered.length], 'a replay is not archived again').toEqual([1, 2]);
  });

  test.each([
    ['twice by one name', 'again', {}, 'ResourceAlreadyExistsException'],
    ['out of an archive that is not there', 'b', { EventSourceArn: 'arn:archive/none' }, 'ResourceNotFoundException'],
    ['that end before they begin', 'c', { EventEndTime: new Date(0) }, 'ValidationException'],
    ['onto another bus', 'd', { Destination: { Arn: 'arn:aws:events:r:1:event-bus/x' } }, 'ValidationException'],
  ])('are refused %s', async (_, name, more, error) => {
    await expect(replay(name, more)).rejects.toMatchObject({ name: error });
  });
});
