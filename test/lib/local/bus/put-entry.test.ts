import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../../../../lib/events/pattern/index.ts';
import { textOf } from '../../../../lib/local/bus/bus-event.ts';
import { BUS_ARN, ENTRY, openServices } from '../../../support/aws-services.ts';

let aws: Awaited<ReturnType<typeof openServices>>;
beforeAll(async () => {
  aws = await openServices();
});
afterAll(() => aws.close());
beforeEach(() => aws.clear());

const put = (...Entries: PutEventsRequestEntry[]) => aws.events.send(new PutEventsCommand({ Entries }));

describe('PutEvents by the real SDK', () => {
  test('puts an event on the bus in the form that targets receive', async () => {
    const Time = new Date('2026-11-23T08:24:51.242Z');
    const { Entries } = await put({ ...ENTRY, Time, Resources: ['r'] });
    expect(aws.seen).toEqual([
      {
        version: '0',
        id: Entries?.[0]?.EventId,
        'detail-type': 'StasisStart',
        source: 's',
        account: '000000000000',
        time: '2026-11-23T08:24:51Z',
        region: 'us-east-1',
        resources: ['r'],
        detail: { a: 1 },
      },
    ]);
    expect(aws.delivered).toEqual([
      ['fn-1', aws.seen[0], ''],
      ['fn-2', aws.seen[0], ''],
    ]);
  });

  test('matches and passes on the detail as it was sent: digits of large numbers, keys that come twice', async () => {
    const Detail = '{"order":9007199254740993, "ratio":1.0,"digit":"1","digit":"2"}';
    await put({ ...ENTRY, Detail });
    const [event] = aws.seen;
    if (!event) throw new Error('no event');
    expect(textOf(event)).toBe(`${JSON.stringify({ ...event, detail: undefined }).slice(0, -1)},"detail":${Detail}}`);
    expect(textOf({ ...event, 'replay-name': 'again' })).toContain(`"replay-name":"again","detail":${Detail}`);
    expect(compile([{ detail: { digit: ['1'], order: [9007199254740992] } }]).matches(textOf(event))).toBe(false);
    expect(compile(['{"detail":{"digit":["1"],"order":[9007199254740993]}}']).matches(textOf(event))).toBe(true);
  });

  test('accepts the bus’s ARN, and passes the trace header on', async () => {
    await put({ ...ENTRY, EventBusName: BUS_ARN, TraceHeader: 'Root=1-2-3' });
    expect(aws.delivered.map(([, , traceId]) => traceId)).toEqual(['Root=1-2-3', 'Root=1-2-3']);
  });

  test('routes only what the rule matches, on its own bus', async () => {
    await put({ ...ENTRY, DetailType: 'StasisEnd' });
    await put({ ...ENTRY, EventBusName: 'default' });
    expect([aws.seen.length, aws.delivered.length]).toEqual([2, 0]);
  });

  test.each([
    [
      'no Source',
      { Source: undefined },
      'InvalidArgument',
      'Parameter Source is not valid. Reason: Source is a required argument.',
    ],
    [
      'an empty Source',
      { Source: '' },
      'InvalidArgument',
      'Parameter Source is not valid. Reason: Source is a required argument.',
    ],
    [
      'no DetailType',
      { DetailType: undefined },
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    ],
    [
      'a DetailType of 129 characters',
      { DetailType: 'x'.repeat(129) },
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: DetailType must have at most 128 characters.',
    ],
    [
      'no Detail',
      { Detail: undefined },
      'InvalidArgument',
      'Parameter Detail is not valid. Reason: Detail is a required argument.',
    ],
    ['a Detail that is not JSON', { Detail: '{"a":' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a Detail that is a list', { Detail: '[1]' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a Detail that is a text', { Detail: '"x"' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a Source of AWS', { Source: 'aws.ec2' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
    [
      'a bus that is not there',
      { EventBusName: 'other' },
      'ResourceNotFoundException',
      'Event bus other does not exist.',
    ],
  ])('refuses an entry with %s at its position, and accepts the other entries', async (_, fault, code, message) => {
    const broken = { ...ENTRY, ...fault } as PutEventsRequestEntry;
    const { Entries = [], FailedEntryCount } = await put(ENTRY, broken, ENTRY);
    expect(FailedEntryCount).toBe(1);
    expect(Entries[1]).toEqual({ ErrorCode: code, ErrorMessage: message });
    expect([Entries[0]?.EventId, Entries[2]?.EventId]).toEqual([expect.any(String), expect.any(String)]);
    expect(aws.seen).toHaveLength(2);
  });

  test('takes a field that is null for one that is absent', async () => {
    const request = {
      Entries: [
        { ...ENTRY, Source: null },
        { ...ENTRY, Time: null, Resources: null },
      ],
    };
    const response = await fetch(aws.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AWSEvents.PutEvents',
        authorization: `AWS4-HMAC-SHA256 Credential=${aws.credentials.accessKeyId}/`,
      },
      body: JSON.stringify(request),
    });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        FailedEntryCount: 1,
        Entries: [
          {
            ErrorCode: 'InvalidArgument',
            ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
          },
          { EventId: expect.any(String) },
        ],
      },
    ]);
  });

  const large = { ...ENTRY, Detail: JSON.stringify({ x: 'x'.repeat(525_000) }) };
  const constraint = "at 'entries' failed to satisfy constraint: Member must have length";
  test.each([
    ['no entry', [], `1 validation error detected: Value '[]' ${constraint} greater than or equal to 1`],
    ['eleven entries', Array(11).fill(ENTRY), `${constraint} less than or equal to 10`],
    ['more than 1 MB', [large, large], 'Total size of the entries in the request is over the limit.'],
  ])('refuses a request with %s as a whole', async (_, entries, message) => {
    const refused = await put(...entries).catch((error: Error) => error);
    expect(refused).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
    expect((refused as Error).message).toContain(message);
    expect(aws.seen).toEqual([]);
  });

  test('takes ten entries, and one of nearly 1 MB', async () => {
    expect((await put(...Array(10).fill(ENTRY))).FailedEntryCount).toBe(0);
    expect((await put(large)).FailedEntryCount).toBe(0);
  });
});

describe('PutEvents in the protocol', () => {
  const post = async (entry: object): Promise<unknown> => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${aws.credentials.accessKeyId}/x`;
    const response = await fetch(aws.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSEvents.PutEvents', authorization },
      body: JSON.stringify({ Entries: [{ ...ENTRY, ...entry }] }),
    });
    const { Entries = [], __type: type } = (await response.json()) as { Entries?: object[]; __type?: string };
    return [response.status, type ?? Object.values(Entries[0] ?? {})[0]];
  };

  test.each([
    [{ Time: 9e15 }, [200, 'InvalidArgument']],
    [{ Time: -9e15 }, [200, 'InvalidArgument']],
    [{ Time: 8.64e12 }, [200, expect.stringMatching(/^[0-9a-f-]{36}$/)]],
    [{ Time: 0 }, [200, expect.stringMatching(/^[0-9a-f-]{36}$/)]],
    [{ Time: '2026-11-23' }, [400, 'SerializationException']],
    [{ Detail: `${'{"a":'.repeat(1200)}1${'}'.repeat(1200)}` }, [200, 'MalformedDetail']],
    [{ Detail: '{"a":1}}' }, [200, 'MalformedDetail']],
    [{ Detail: '\ufeff{}' }, [200, 'MalformedDetail']],
    [{ Resources: [1] }, [400, 'SerializationException']],
  ])('%j is accepted or refused as by AWS, and never an internal failure', async (entry, expected) => {
    expect(await post(entry)).toEqual(expected);
  });
});
