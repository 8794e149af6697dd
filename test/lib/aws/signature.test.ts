import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import { AwsSigner, type SignableRequest, type SigningCredentials } from '../../../lib/aws/signature.ts';

const { sha256 } = new EventBridgeClient({ region: 'eu-west-1' }).config;

/** The signature that the SDK's own signer makes. */
async function bySdk(
  request: SignableRequest,
  credentials: SigningCredentials,
  date: Date,
  region: string,
  service: string,
) {
  const { secretAccessKey, accessKeyId, sessionToken } = credentials;
  const signer = new SignatureV4({
    service,
    region,
    sha256,
    // A header with the body's hash, which S3 alone asks for.
    applyChecksum: false,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  });
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: request.host,
      path: request.path,
      headers: { host: request.host, 'content-type': request.contentType, 'x-amz-target': request.target },
      body: request.body,
    },
    { signingDate: date },
  );
  return headers;
}

const REQUEST: SignableRequest = {
  host: 'events.eu-west-1.amazonaws.com',
  path: '/',
  contentType: 'application/x-amz-json-1.1',
  target: 'AWSEvents.PutEvents',
  body: Buffer.from('{"Entries":[]}'),
};
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const DATE = new Date('2026-11-23T08:24:51.242Z');

describe('a request is signed as the SDK signs it', () => {
  test.each<[string, Partial<SignableRequest>, Partial<SigningCredentials>]>([
    ['plainly', {}, {}],
    ['with a session token', {}, { sessionToken: 'IQoJb3JpZ2luX2VjE//+=' }],
    ['with an empty body', { body: Buffer.alloc(0) }, {}],
    ['with a body that is not ASCII', { body: Buffer.from('{"name":"Jürgen 📞"}') }, {}],
    ['with a large body', { body: Buffer.alloc(1_000_000, 'x') }, {}],
    ['to a host with a port', { host: '127.0.0.1:4566' }, {}],
    ['to a path', { path: '/some/where' }, {}],
    ['to a path with what has to be encoded', { path: "/a%20b/(c)'!*" }, {}],
    ['of another service', { target: 'AmazonSQS.SendMessage', contentType: 'application/x-amz-json-1.0' }, {}],
  ])('%s', async (_, request, credentials) => {
    const given = [{ ...REQUEST, ...request }, { ...CREDENTIALS, ...credentials }, DATE] as const;
    const signed = new AwsSigner('eu-west-1', 'events').sign(...given);
    const headers = Object.fromEntries(
      Array.from({ length: signed.length / 2 }, (__, i) => signed.slice(2 * i, 2 * i + 2)),
    );
    expect(headers).toEqual(await bySdk(...given, 'eu-west-1', 'events'));
  });

  test('and so is the next one of another day, another secret, another region', async () => {
    for (const region of ['eu-west-1', 'us-east-1']) {
      const signer = new AwsSigner(region, 'events');
      for (const day of ['2026-11-23', '2026-11-24']) {
        for (const secretAccessKey of ['one', 'two', 'one']) {
          const credentials = { accessKeyId: 'AKID', secretAccessKey };
          const date = new Date(`${day}T23:59:59.999Z`);
          const { authorization } = await bySdk(REQUEST, credentials, date, region, 'events');
          expect(signer.sign(REQUEST, credentials, date)).toContain(authorization);
        }
      }
    }
  });
});
