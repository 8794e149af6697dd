import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { examine } from '../../../../lib/asterisk/doctor/examine.ts';
import { USERS } from './visit.ts';

/** What any HTTP server shows. */
const OF_ANY = ['name', 'port', 'http'];

/** The checks that are right with a server that gives the same answer to everything. */
async function rightOnes(status: number, body: string): Promise<string[]> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`;
  const patient = { url, apps: ['Intro-IVR'], users: USERS, calls: true, rescueContext: 'default', verbs: true };
  const findings = await Array.fromAsync(examine(patient));
  return findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check);
}

// What is found right has been seen: a server that only repeats itself is no ARI, no user of it, and no right of a user.
test.each([
  [200, '<html>Welcome</html>', OF_ANY],
  [200, '{}', OF_ANY],
  [200, '[]', OF_ANY],
  [200, '', OF_ANY],
  [204, '', OF_ANY],
  [403, '{"message":"Write access denied"}', ['name', 'port']],
  [404, '{"message":"Resource not found"}', OF_ANY],
  [426, 'Upgrade Required', [...OF_ANY, 'prefix']],
  [500, '{"message":"Internal Server Error"}', OF_ANY],
  // As ARI answers without a user, and so to nobody.
  [401, '{"message":"Authentication required"}', [...OF_ANY, 'prefix', 'ari', 'sessions']],
  // As the ping is answered to a user.
  [200, '{"ping":"pong"}', [...OF_ANY, 'prefix', 'ari', 'sessions', 'connector', 'handlers', 'keep-alive', 'clock']],
])('of a server that answers everything with %i %s nothing is right but what it shows', async (status, body, right) => {
  expect((await rightOnes(status, body)).toSorted()).toEqual(right.toSorted());
});
