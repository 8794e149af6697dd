import { expect, test } from 'vitest';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';

test('an endpoint is online while a phone is registered there', async () => {
  const phones = { 'PJSIP/1001': 'answers', 'PJSIP/1002': 'unreachable' } as const;
  const asterisk = new SimulatedAsterisk({ phones, endpoints: ['PJSIP/1003'] });
  const [status, endpoints] = await asterisk.request({
    method: 'GET',
    path: '/endpoints',
    query: new URLSearchParams(),
    body: undefined,
  });
  await asterisk.stop();
  expect(status).toBe(200);
  expect(endpoints).toMatchObject([
    { resource: '1001', state: 'online' },
    { resource: '1002', state: 'offline' },
    { resource: '1003', state: 'offline' },
  ]);
});
