import { expect, test } from 'vitest';
import { rescue } from '../../../../lib/asterisk/doctor/rescue.ts';
import { outcomes, visitPeer } from './visit.ts';

const CHANNEL = { '/channels': [{ id: '1.0' }] };
const VARIABLE = '/channels/1.0/variable';
const LINE = 'exten => T,1,Goto(ari-eventbridge-rescue,T,1)';

test.each([
  [{ value: '1' }, { verdict: 'ok', says: expect.stringContaining('"phones"') }],
  [{ value: '0' }, { verdict: 'warning', file: 'extensions.conf', section: 'phones', line: LINE }],
  [500, { verdict: 'skipped', says: expect.stringContaining('func_dialplan.so may be missing') }],
])('a dialplan that is answered with %j, through any channel', async (answer, outcome) => {
  const { examination } = await visitPeer({ ...CHANNEL, [VARIABLE]: answer }, { rescueContext: 'phones' });
  expect(await outcomes(rescue, examination)).toMatchObject([outcome]);
});

test('without any channel the line to compare is shown', async () => {
  const { examination } = await visitPeer({}, { rescueContext: 'phones' });
  expect(await outcomes(rescue, examination)).toMatchObject([{ verdict: 'skipped', line: LINE }]);
});

test('without a context Asterisk is not asked', async () => {
  const { examination, peer } = await visitPeer(CHANNEL);
  expect(await outcomes(rescue, examination)).toMatchObject([{ verdict: 'skipped' }]);
  expect(peer.asked).toEqual([]);
});
