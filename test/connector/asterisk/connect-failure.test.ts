import { expect, test } from 'vitest';
import { type ConnectFailure, explainFailure } from '../../../connector/asterisk/connect-failure.ts';

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
    /TLS certificate of pbx:8089.*NODE_EXTRA_CA_CERTS/,
  ],
  [unreachable('Hostname mismatch', 'ERR_TLS_CERT_ALTNAME_INVALID'), /TLS certificate of pbx:8089 is not accepted/],
  [unreachable('something new'), /cannot connect to pbx:8089: something new/],
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
