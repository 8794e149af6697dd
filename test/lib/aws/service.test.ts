import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AwsService } from '../../../lib/aws/service.ts';
import { type AwsReply, type AwsRequest, awsStub } from '../../support/aws-stub.ts';

const HOUR_MS = 3_600_000;
const sdk = new EventBridgeClient({ region: 'eu-west-1' }).config;

/** A service, and the credentials that it is given each time that it asks. */
async function serviceBefore(answer: (request: AwsRequest, count: number) => AwsReply) {
  const { url, requests } = await awsStub(answer);
  const credentials = vi.fn(async (options?: { forceRefresh?: boolean }) => ({
    accessKeyId: options?.forceRefresh ? 'REFRESHED' : 'AKID',
    secretAccessKey: 'secret',
    sessionToken: 'token',
  }));
  const service = new AwsService({
    config: { credentials, region: sdk.region },
    service: 'events',
    endpoint: url,
    connections: 1,
    contentType: 'application/x-amz-json-1.1',
  });
  onTestFinished(() => service.close());
  const ask = (body = '{}') => service.request('AWSEvents.PutEvents', Buffer.from(body));
  const refreshes = () => credentials.mock.calls.filter(([options]) => options?.forceRefresh).length;
  return { ask, requests, refreshes };
}

/** When a request says that it was signed, in epoch milliseconds. */
function signedAt({ headers }: AwsRequest): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers['x-amz-date'])) ?? [];
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
}
/** How far the clock that it was signed by stands from ours, in whole hours. */
const hoursOff = (request: AwsRequest): number => Math.round((signedAt(request) - Date.now()) / HOUR_MS) + 0;

describe('a request to AWS', () => {
  test('is signed for its service and region, with the session’s token, and has the body unchanged', async () => {
    const { ask, requests } = await serviceBefore(() => ({ body: { FailedEntryCount: 0 } }));
    expect(await ask('{"n":"☎"}')).toEqual({ status: 200, body: { FailedEntryCount: 0 } });
    const [request] = requests as [AwsRequest];
    expect(request).toMatchObject({ target: 'AWSEvents.PutEvents', body: '{"n":"☎"}' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-security-token': 'token',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/events\/aws4_request, SignedHeaders=[\w;-]*host[\w;-]*x-amz-date[\w;-]*, Signature=[0-9a-f]{64}$/,
      ),
    });
    expect(hoursOff(request)).toBe(0);
  });

  test('is answered with any status and any body', async () => {
    const { ask } = await serviceBefore((_, count) => (count === 1 ? { status: 503, body: '<html>' } : { body: '[]' }));
    expect(await ask()).toEqual({ status: 503, body: undefined });
    expect((await ask()).status).toBe(200);
  });

  test('fails where there is no response', async () => {
    const { ask } = await serviceBefore(() => ({}));
    const nowhere = new AwsService({
      config: { credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 's' }), region: sdk.region },
      service: 'events',
      endpoint: new URL('http://127.0.0.1:1/'),
      connections: 1,
      contentType: 'application/x-amz-json-1.1',
    });
    onTestFinished(() => nowhere.close());
    await expect(nowhere.request('AWSEvents.PutEvents', Buffer.from('{}'))).rejects.toThrow();
    expect((await ask()).status).toBe(200);
  });
});

describe('when AWS reports a clock difference', () => {
  const skewed = (date: Date): AwsReply => ({ status: 400, body: { __type: 'RequestTimeTooSkewed' }, date });

  test.each([
    ['ahead', 1],
    ['behind', -1],
  ])('the next request is signed by AWS’s clock, an hour %s', async (_, hours) => {
    const aws = (): Date => new Date(Date.now() + hours * HOUR_MS);
    const { ask, requests } = await serviceBefore((request) =>
      hoursOff(request) === hours ? { date: aws() } : skewed(aws()),
    );
    expect((await ask()).status).toBe(400);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect(requests.map(hoursOff)).toEqual([0, hours, hours]);
  });

  test('and later, when our clock has been corrected, requests are signed by our clock again', async () => {
    let hours = 1;
    const aws = (): Date => new Date(Date.now() + hours * HOUR_MS);
    const { ask, requests } = await serviceBefore((request) =>
      hoursOff(request) === hours ? { date: aws() } : skewed(aws()),
    );
    await ask();
    await ask();
    hours = 0;
    expect((await ask()).status).toBe(400);
    expect((await ask()).status).toBe(200);
    expect(requests.map(hoursOff)).toEqual([0, 1, 1, 0]);
  });

  test('without AWS’s time, the clock offset does not change', async () => {
    const { ask, requests } = await serviceBefore(() => skewed(new Date(Number.NaN)));
    await ask();
    await ask();
    expect(requests.map(hoursOff)).toEqual([0, 0]);
  });

  test('another error does not change the clock offset', async () => {
    const aws = new Date(Date.now() + HOUR_MS);
    const { ask, requests } = await serviceBefore(() => ({
      status: 400,
      body: { __type: 'ThrottlingException' },
      date: aws,
    }));
    await ask();
    await ask();
    expect(requests.map(hoursOff)).toEqual([0, 0]);
  });
});

describe('when AWS reports expired credentials', () => {
  test.each(['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidClientTokenId'])(
    'with %s, they are fetched again before the next request, once',
    async (code) => {
      const { ask, refreshes } = await serviceBefore((_, count) =>
        count === 2 ? { status: 400, body: { __type: `com.amazon.coral.service#${code}` } } : {},
      );
      await ask();
      expect(refreshes()).toBe(0);
      expect((await ask()).status).toBe(400);
      expect((await ask()).status).toBe(200);
      await ask();
      expect(refreshes()).toBe(1);
    },
  );
});
