import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsSigner, encodedQuery, type SignableRequest, type SigningCredentials } from '../../../lib/aws/signature.ts';

const { sha256 } = new EventBridgeClient({ region: 'eu-west-1' }).config;

/** The headers that the SDK's own signer makes of a request. */
async function bySdk(
  { query = [], headers: given, body, ...request }: SignableRequest,
  { sessionToken, ...credentials }: SigningCredentials,
  date: Date,
  region: string,
  service: string,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service,
    region,
    sha256,
    // A header with the body's hash, which only S3 requires.
    applyChecksum: false,
    credentials: { ...credentials, ...(sessionToken !== undefined && { sessionToken }) },
  });
  const values = new Map<string, string[]>();
  for (const [name, value] of query) values.set(name, [...(values.get(name) ?? []), value]);
  const { headers } = await signer.sign(
    {
      ...request,
      protocol: 'https:',
      hostname: given.host ?? '',
      headers: { ...given },
      query: Object.fromEntries(values),
      body,
    },
    { signingDate: date },
  );
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

const REQUEST: SignableRequest = {
  method: 'POST',
  path: '/',
  headers: {
    host: 'events.eu-west-1.amazonaws.com',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AWSEvents.PutEvents',
  },
  body: Buffer.from('{"Entries":[]}'),
};
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const DATE = new Date('2026-11-23T08:24:51.242Z');

describe('a request is signed as the SDK signs it', () => {
  test.each<[string, Partial<SignableRequest>, Partial<SigningCredentials>]>([
    ['plainly', {}, {}],
    ['with a session token', {}, { sessionToken: 'IQoJb3JpZ2luX2VjE//+=' }],
    ['with an empty session token', {}, { sessionToken: '' }],
    ['with an empty body', { body: '' }, {}],
    ['with a body that is not ASCII', { body: '{"name":"Jürgen 📞"}' }, {}],
    ['with a large body', { body: Buffer.alloc(1_000_000, 'x') }, {}],
    ['to a host with a port', { headers: { host: '127.0.0.1:4566' } }, {}],
    ['to a path', { path: '/some/where' }, {}],
    ['to a path with characters to encode', { path: "/a%20b/(c)'!*" }, {}],
    ['to a path with an ARN in it', { path: '/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aa' }, {}],
    ['to a path above the root', { path: '/../a/./b//c/../' }, {}],
    ['by another method, with a query', { method: 'GET', query: [['MaxItems', '10']], body: '' }, {}],
    ['with a name that comes twice', { query: [...'bab'].map((value) => ['n', value] as const) }, {}],
    ['with a name that begins like another', { query: ['a-', 'a', 'a%'].map((name) => [name, '1'] as const) }, {}],
    ['with white space in a header', { headers: { Host: 'h', 'X-Amz-Meta': ' a  b\t c\r\n d ' } }, {}],
  ])('%s', async (_, request, credentials) => {
    const given = [{ ...REQUEST, ...request }, { ...CREDENTIALS, ...credentials }, DATE] as const;
    expect(new AwsSigner('eu-west-1', 'events').sign(...given)).toEqual(await bySdk(...given, 'eu-west-1', 'events'));
  });

  test('and so is the next one of another day, another secret, another region', async () => {
    for (const region of ['eu-west-1', 'us-east-1']) {
      const signer = new AwsSigner(region, 'events');
      for (const day of ['2026-11-23', '2026-11-24']) {
        for (const secretAccessKey of ['one', 'two', 'one']) {
          const credentials = { accessKeyId: 'AKID', secretAccessKey };
          const date = new Date(`${day}T23:59:59.999Z`);
          const { authorization } = await bySdk(REQUEST, credentials, date, region, 'events');
          expect(signer.sign(REQUEST, credentials, date)).toMatchObject({ authorization });
        }
      }
    }
  });

  test('whatever its method, path, query, headers, body and credentials', async () => {
    await fc.assert(
      fc.asyncProperty(requests, credentials, dates, async (request, user, date) => {
        const signed = new AwsSigner('eu-west-1', 'lambda').sign(request, user, date);
        expect(signed).toEqual(await bySdk(request, user, date, 'eu-west-1', 'lambda'));
      }),
      { numRuns: 2000 },
    );
  });
});

test('a query is sent as it is signed', () => {
  fc.assert(
    fc.property(queries, (query) => {
      const sent = [...new URLSearchParams(encodedQuery(query))];
      expect(sent.toSorted()).toEqual([...query].toSorted());
    }),
  );
});

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const oddText = fc.oneof(fc.constantFrom('', ' ', '+', '%', '%20', '=', '&', 'a=b', '~', "!'()*", 'ä', '📞'), text);
const segments = fc.oneof(
  fc.constantFrom('', '.', '..', 'a', 'A', '%2F', '%20', 'a%25b', '~', "!'()*", ':', '@', '+', ',', ';', '$', 'ä'),
  text.map(encodeURIComponent),
);
// Few names, so that some come twice. Left out is `__proto__`, which the SDK's own signer loses.
const names = fc.oneof(
  fc.constantFrom('a', 'A', 'a-', 'a.b', 'a%', 'a b', '', 'ä'),
  oddText.filter((name) => name !== '__proto__'),
);
const queries = fc.array(fc.tuple(names, oddText), { maxLength: 6 });
/** What HTTP permits in a header's value, spaces and tabs within and around it too. */
const headerValues = fc.string({ unit: fc.constantFrom(...' \t  aZ09:;,="/ä'), maxLength: 20 });
const headerNames = fc.stringMatching(/^[Xx]-[A-Za-z0-9-]{1,12}$/).filter((name) => !/^x-amz/i.test(name));
const headers = fc
  .dictionary(headerNames, headerValues, { maxKeys: 5, noNullPrototype: true })
  .filter((given) => new Set(Object.keys(given).map((name) => name.toLowerCase())).size === Object.keys(given).length)
  .map((given) => ({ host: 'lambda.eu-west-1.amazonaws.com', ...given }));
const requests: fc.Arbitrary<SignableRequest> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path: fc.array(segments, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
  query: fc.option(queries, { nil: undefined }),
  headers,
  body: fc.oneof(fc.constant(''), text, fc.uint8Array({ maxLength: 40 })),
});
const credentials = fc.record({
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
  secretAccessKey: fc.string({ minLength: 1, maxLength: 40 }),
  sessionToken: fc.option(fc.base64String({ maxLength: 60 }), { nil: undefined }),
});
const dates = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
