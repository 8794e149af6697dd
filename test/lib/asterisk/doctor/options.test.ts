import { expect, test } from 'vitest';
import { channel, channelvars, passwordFormat, writeTimeout } from '../../../../lib/asterisk/doctor/options.ts';
import { outcomes, visitPeer } from './visit.ts';

test('without permission no channel is created, and options that only a channel shows are skipped', async () => {
  const { examination, peer } = await visitPeer({});
  for (const check of [channel, writeTimeout, passwordFormat]) {
    expect(await outcomes(check, examination)).toMatchObject([{ verdict: 'skipped' }]);
  }
  expect(peer.asked).toEqual([]);
});

test.each([
  ['no channel', [], 'skipped'],
  ['a channel with it', [{ channelvars: { 'CHANNEL(linkedid)': '1' } }], 'ok'],
  ['a channel with others', [{ channelvars: { 'CHANNEL(name)': '1' } }], 'warning'],
  ['a channel without any', [{}], 'warning'],
])('channelvars, by %s', async (_, channels, verdict) => {
  const { examination } = await visitPeer({ '/channels': channels });
  expect(await outcomes(channelvars, examination)).toMatchObject([{ verdict }]);
});

test.each([
  [{ value: '99' }, 'warning'],
  [{ value: '100' }, 'ok'],
  [500, 'ok'],
  [404, 'skipped'],
])('websocket_write_timeout that is answered with %j: %s', async (answer, verdict) => {
  const { examination } = await visitPeer({ '/channels/c/variable': answer });
  examination.channelId = 'c';
  expect(await outcomes(writeTimeout, examination)).toMatchObject([{ verdict }]);
});

test('an option is not treated as unset where Asterisk cannot read any option', async () => {
  const { examination } = await visitPeer({ '/channels/c/variable': 500 });
  examination.channelId = 'c';
  examination.modules = new Set(['app_stasis.so']);
  expect(await outcomes(writeTimeout, examination)).toMatchObject([{ verdict: 'skipped' }]);
});
