import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connector, connectorReadOnly, handlers, handlersMayWrite } from '../../../../lib/asterisk/doctor/users.ts';
import { outcomes, USERS, visitOf, visitPeer } from './visit.ts';

/** An examination of a server that answers everything alike. */
async function answering(status: number, body: string, password = 'h') {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`;
  return visitOf({ url, users: { handlers: { username: 'handlers', password } } });
}

const refusing = async (password: string) =>
  outcomes(handlers, await answering(401, '{"message":"Authentication required"}', password));

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

test.each([
  [200, '{"ping":"pong"}', 'ok'],
  [404, '{"message":"Resource not found"}', 'ok'],
  [500, '{"message":"Allocation failed"}', 'error'],
  [404, '<html>no such page</html>', 'error'],
])('a user is accepted only where ARI answers as it does to one: %i %s, %s', async (status, body, verdict) => {
  expect(await outcomes(handlers, await answering(status, body))).toMatchObject([{ verdict }]);
});

test.each([
  [403, '{"message":"Write access denied"}', 'ok', 'error'],
  [404, '{"message":"Channel not found"}', 'error', 'ok'],
  [403, '<html>of a proxy</html>', 'error', 'error'],
  [405, '', 'error', 'error'],
])('whether a user may write is what ARI itself says: %i %s', async (status, body, readOnly, mayWrite) => {
  const examination = await answering(status, body);
  const says = /may write|may only read|only to read|cannot tell whether/;
  const [reads] = await outcomes(connectorReadOnly, examination);
  const [writes] = await outcomes(handlersMayWrite, examination);
  expect(writes).toMatchObject({ verdict: mayWrite, says: expect.stringMatching(says) });
  expect(reads).toMatchObject({ verdict: status === 404 ? 'warning' : readOnly, says: expect.stringMatching(says) });
});

test.each([
  [401, /It sees what nginx\/1\.22\.1 hands on: the header Authorization has to be among it/],
  [403, /allow the address of this side.* It sees the address of nginx\/1\.22\.1, not of this side/],
])('a refusal behind a proxy, %i, says what the proxy may have to do with it', async (status, says) => {
  const examination = await answering(status, '{"message":"no"}');
  examination.proxy = 'nginx/1.22.1';
  expect((await outcomes(handlers, examination))[0]?.says).toMatch(says);
});
