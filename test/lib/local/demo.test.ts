import { expect, onTestFinished, test } from 'vitest';
import { placeCalls } from '../../../lib/local/demo.ts';
import { Phone } from '../../../lib/local/phone.ts';
import { Trace } from '../../../lib/local/trace/trace.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';
import { until } from '../../support/until.ts';

test('hanging up in the console before the demonstration ends is not a failure', async () => {
  const asterisk = new SimulatedAsterisk();
  onTestFinished(() => asterisk.stop());
  asterisk.subscribe('Super-Conference', () => {});
  const phone = new Phone(asterisk, ['ivr', 'conference'], new Trace());
  const placed = placeCalls(asterisk, phone, new AbortController().signal);
  const bob = await until('Bob', () => phone.calls[0]);
  phone.hangUp(bob.channelId);
  expect(await placed).toBe(false);
});
