import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connector, connectorReadOnly, handlers } from '../../../../lib/asterisk/doctor/users.ts';
import { outcomes, USERS, visitOf, visitPeer } from './visit.ts';

async function refusing(password: string) {
  const server = createServer((_, response) => response.writeHead(401).end('{"message":"Authentication required"}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`;
  return outcomes(handlers, visitOf({ url, users: { handlers: { username: 'handlers', password } } }));
}

test.each([
  ['a crypt(3) hash', '$6$salt$hash', /has a crypt\(3\) hash.*password_format=crypt/],
  ['a comment to ari.conf', 'a;b', /contains a ";", which starts a comment.*"\\;"/],
  ['white space at its end', 'open sesame ', /ends with white space/],
])('a refused password that is %s gets a hint, and is not shown', async (_, password, sentence) => {
  const [refused, hint] = await refusing(password);
  expect(refused).toMatchObject({ verdict: 'error', option: 'password' });
  expect(hint).toMatchObject({ verdict: 'warning', says: expect.stringMatching(sentence) });
  expect(JSON.stringify([refused, hint])).not.toContain(password);
});

test('a refused password of no special kind gets none', async () => {
  expect(await refusing('plain')).toHaveLength(1);
});

test('a user whose credentials were not given is not examined', async () => {
  const { examination, peer } = await visitPeer({}, { users: {} });
  expect(await outcomes(connector, examination)).toMatchObject([{ verdict: 'skipped' }]);
  expect(peer.asked).toEqual([]);
});

test('one user for both roles must be able to write', async () => {
  const { examination } = await visitPeer({}, { users: { connector: USERS.handlers, handlers: USERS.handlers } });
  expect(await outcomes(connectorReadOnly, examination)).toMatchObject([{ verdict: 'skipped' }]);
});
