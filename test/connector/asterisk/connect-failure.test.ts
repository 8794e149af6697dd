import { expect, test } from 'vitest';
import { type ConnectFailure, explainFailure, isRefusal } from '../../../connector/asterisk/connect-failure.ts';
import { AriError } from '../../../lib/ari/errors.ts';

const NODE = { name: 'pbx-1', url: 'https://pbx:8089/ari', apps: ['a'] };
const refused = (status: number, body = ''): ConnectFailure => ({ kind: 'refused', status, body });
const unreachable = (message: string, code?: string): ConnectFailure => ({
  kind: 'unreachable',
  error: Object.assign(new Error(message), code === undefined ? {} : { code }),
});

// test/asterisk/connector-faults.test.ts sees the failures that a real Asterisk gives.
test.each<[ConnectFailure, RegExp]>([
  [refused(400, '<p>HTTP request is missing param: [app]</p>'), /requires an app \(400\)/],
  [refused(400, '<h1>Bad</h1> Key'), /refused the request \(400\): Bad Key/],
  [refused(403), /forbids the user "connector" to receive events \(403\).*acl/],
  [refused(426, ''), /got HTTP status 426: \w/],
  [unreachable('connect', 'ETIMEDOUT'), /cannot reach pbx:8089 \(ETIMEDOUT\).*security groups/],
  [unreachable('read', 'ECONNRESET'), /closed the connection \(ECONNRESET\).*sessionlimit/],
  [unreachable('Opening handshake has timed out'), /accepts connections but does not answer/],
  [
    unreachable('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'),
    /TLS certificate of pbx:8089.*is self-signed.*`caFile`/,
  ],
  [unreachable('Hostname mismatch', 'ERR_TLS_CERT_ALTNAME_INVALID'), /TLS certificate of pbx:8089 is not accepted/],
  [unreachable('something new'), /cannot connect to pbx:8089: something new/],
  [
    { kind: 'unprepared', error: new AriError('applications.list', '/applications', { status: 500, message: 'no' }) },
    /^applications.list \(\/applications\): 500 no$/,
  ],
  [{ kind: 'closed', code: 1006, reason: '' }, /closed the connection \(code 1006\)/],
  [{ kind: 'silent', seconds: 20 }, /has not answered for 20 s/],
  [
    { kind: 'no-credentials', error: new Error('AccessDenied') },
    /cannot read the secret .*: AccessDenied.*role may read it/,
  ],
])('%j is explained in one line', (failure, sentence) => {
  const explained = explainFailure(failure, NODE, 'connector');
  expect(explained).toMatch(sentence);
  expect(explained).not.toContain('\n');
});

test('only a person can solve a refused user and a secret that cannot be read', () => {
  const listing = (status: number): ConnectFailure => ({
    kind: 'unprepared',
    error: new AriError('applications.list', '/applications', { status, message: 'no' }),
  });
  const lost = new AriError('applications.list', '/applications', { cause: new Error('ECONNREFUSED') });
  const noSecret: ConnectFailure = { kind: 'no-credentials', error: new Error('AccessDenied') };
  expect([refused(401), refused(403), listing(401), noSecret].map(isRefusal)).toEqual([true, true, true, true]);
  const passing = [refused(404), refused(503), listing(500), { kind: 'unprepared' as const, error: lost }];
  expect([...passing, unreachable('x', 'ECONNREFUSED')].map(isRefusal)).toEqual(Array(5).fill(false));
});
