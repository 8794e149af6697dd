import { expect, test } from 'vitest';
import { knownBugs, version } from '../../../../lib/asterisk/doctor/version.ts';
import { outcomes, visitPeer } from './visit.ts';

const visitVersion = (text: string) => visitPeer({ '/asterisk/info': { system: { version: text } } });

test.each([
  ['22.10.1+dfsg+~cs6.17', 'ok', /has everything/],
  ['23.3.0', 'ok', /has everything/],
  ['certified-22.8-cert3', 'ok', /has everything/],
  ['22.8.2', 'warning', /22\.8\.2 lacks permit, deny and acl of ari\.conf, which make it refuse the users\./],
  ['certified-22.8-cert2', 'warning', /lacks permit/],
  ['22.4.1', 'warning', /22\.4\.1 lacks outbound WebSockets;/],
  ['20.13.0', 'warning', /lacks commands over the WebSocket; outbound WebSockets/],
  ['certified-20.7-cert4', 'warning', /lacks commands over the WebSocket/],
  ['21.10.0', 'warning', /lacks .*security fixes, as its branch has ended/],
  ['16.28.0~dfsg', 'error', /too old: 20 is the oldest/],
  ['GIT-16-1234567', 'error', /too old/],
  ['GIT-master-1234567', 'skipped', /GIT-master-1234567 is a build from Git of the branch master/],
  ['of our own', 'skipped', /expected Asterisk to report a version number, got "of our own"/],
])('%s: %s', async (text, verdict, sentence) => {
  const { examination } = await visitVersion(text);
  expect(await outcomes(version, examination)).toMatchObject([{ verdict, says: expect.stringMatching(sentence) }]);
});

async function bugsSaid(text: string) {
  const { examination } = await visitVersion(text);
  await outcomes(version, examination);
  return outcomes(knownBugs, examination);
}

test('a known bug that concerns everyone is a warning with the releases without it, and its source', async () => {
  const [first] = await bugsSaid('22.10.0');
  expect(first).toMatchObject({
    verdict: 'warning',
    says: expect.stringMatching(
      /^Asterisk 22\.10\.0 has a known bug: a read-only user .* Without it: 20\.20\.1, 22\.10\.1, 23\.4\.1, certified-22\.8-cert3 \(https:\/\/github\.com\/asterisk\/asterisk\/security\/advisories\/GHSA-wcvv-g26m-wx5c\)$/,
    ),
  });
});

test('known bugs that concern only some are no warning, as the doctor does not see what is used', async () => {
  const found = await bugsSaid('22.10.1');
  expect(found).toMatchObject([
    { verdict: 'skipped', says: expect.stringMatching(/concern only some: where you use outbound/) },
  ]);
});

test('a version from Git has no bugs that could be named', async () => {
  expect(await bugsSaid('GIT-22-1234567')).toMatchObject([{ verdict: 'skipped' }]);
});
