import { expect, test } from 'vitest';
import { verbs } from '../../../../lib/asterisk/doctor/verbs.ts';
import { outcomes, visitPeer } from './visit.ts';

const CHANNEL = { '/channels': [{ id: '1.0' }] };
const VARIABLE = '/channels/1.0/variable';
const LINES = {
  file: 'extensions.conf',
  section: 'ari-eventbridge-verbs',
  line: expect.stringMatching(/^exten => _X!,1,Set\(CHANNEL/),
};

test.each([
  [{ value: '1' }, { verdict: 'ok' }],
  [{ value: '0' }, { verdict: 'warning', says: expect.stringContaining('[ari-eventbridge-verbs]'), ...LINES }],
  [500, { verdict: 'skipped', says: expect.stringContaining('func_dialplan.so may be missing') }],
])('a dialplan that is answered with %j, through any channel', async (answer, outcome) => {
  const { examination } = await visitPeer({ ...CHANNEL, [VARIABLE]: answer }, { verbs: true });
  expect(await outcomes(verbs, examination)).toMatchObject([outcome]);
});

test('without any channel the line to compare is shown', async () => {
  const { examination } = await visitPeer({}, { verbs: true });
  expect(await outcomes(verbs, examination)).toMatchObject([{ verdict: 'skipped', ...LINES }]);
});

test('without a dialplan by asterisk-config Asterisk is not asked', async () => {
  const { examination, peer } = await visitPeer(CHANNEL);
  expect(await outcomes(verbs, examination)).toMatchObject([{ verdict: 'skipped' }]);
  expect(peer.asked).toEqual([]);
});
