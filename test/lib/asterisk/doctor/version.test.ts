import { expect, test } from 'vitest';
import { version } from '../../../../lib/asterisk/doctor/version.ts';
import { outcomes, visitPeer } from './visit.ts';

test.each([
  ['22.10.1+dfsg+~cs6.17', 'ok', /has everything/],
  ['23.0.0', 'ok', /has everything/],
  ['22.4.1', 'warning', /22\.4\.1 lacks outbound WebSockets\./],
  ['20.13.0', 'warning', /lacks commands over the WebSocket and outbound WebSockets/],
  ['certified-20.7-cert4', 'warning', /lacks commands over the WebSocket/],
  ['21.10.0', 'warning', /lacks security fixes, as its branch has ended/],
  ['16.28.0~dfsg', 'error', /too old: 20 is the oldest/],
  ['GIT-master-1234567', 'skipped', /"GIT-master-1234567"/],
])('%s: %s', async (text, verdict, sentence) => {
  const { examination } = await visitPeer({ '/asterisk/info': { system: { version: text } } });
  expect(await outcomes(version, examination)).toMatchObject([{ verdict, says: expect.stringMatching(sentence) }]);
});
