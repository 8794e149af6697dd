import { expect, test } from 'vitest';
import { apps, events } from '../../../../lib/asterisk/doctor/events.ts';
import { outcomes, visitPeer } from './visit.ts';

test("the WebSocket is for the doctor's own app, and closes at the end of the examination", async () => {
  const { examination, peer } = await visitPeer({});
  expect(await outcomes(events, examination)).toMatchObject([{ verdict: 'ok' }]);
  const closed = new Promise((resolve) => peer.sockets[0]?.once('close', resolve));
  await examination.end();
  expect(await closed).toBe(1000);
});

test('apps are held by a connector, are only listed, which says nothing of a listener, or are not registered', async () => {
  const listed = ['a', 'a~held-by~1f2e', 'b', 'c~standby~1f2e'].map((name) => ({ name }));
  const { examination } = await visitPeer({ '/applications': listed }, { apps: ['a', 'b', 'c'] });
  const found = await outcomes(apps, examination);
  expect(found.map(({ verdict }) => verdict)).toEqual(['ok', 'skipped', 'warning']);
  expect(found[0]?.says).toContain('by connector 1f2e');
  expect(found[1]?.says).toMatch(/no connector of this project holds it.*asterisk -rx 'ari show app b'/);
  expect(found[2]?.says).toMatch(/the app "c" is not registered; registered are a, b: Stasis\(c\)/);
});
