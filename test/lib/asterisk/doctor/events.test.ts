import { expect, test } from 'vitest';
import { apps, events } from '../../../../lib/asterisk/doctor/events.ts';
import { outcomes, visitPeer } from './visit.ts';

test('the WebSocket is for an app of the doctor alone, and closes with the visit', async () => {
  const { examination, peer } = await visitPeer({});
  expect(await outcomes(events, examination)).toMatchObject([{ verdict: 'ok' }]);
  const closed = new Promise((resolve) => peer.sockets[0]?.once('close', resolve));
  await examination.end();
  expect(await closed).toBe(1000);
});

test('apps are registered by a connector, by another program, or by nobody', async () => {
  const listed = ['a', 'a~held-by~1f2e', 'b', 'c~standby~1f2e'].map((name) => ({ name }));
  const { examination } = await visitPeer({ '/applications': listed }, { apps: ['a', 'b', 'c'] });
  const found = await outcomes(apps, examination);
  expect(found.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'warning']);
  expect(found[0]?.says).toContain('by connector 1f2e');
  expect(found[1]?.says).toContain('by a program that is no connector');
  expect(found[2]?.says).toMatch(/nobody listens to the app "c"; registered are a, b: Stasis\(c\)/);
});
