import { expect, test } from 'vitest';
import { seenFrom } from '../../../../lib/asterisk/doctor/seen-from.ts';

test.each([
  ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.7', '::ffff:10.0.1.2', '10.0.0.7'],
  ['203.0.113.7', '198.51.100.2', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::2', '2001:db8::7'],
  // Between them the address is translated.
  ['10.0.0.7', '198.51.100.2', undefined],
  ['172.31.0.7', '198.51.100.2', undefined],
  ['fd00::7', '2001:db8::2', undefined],
  ['100.64.0.7', '198.51.100.2', undefined],
  ['172.32.0.7', '198.51.100.2', '172.32.0.7'],
  ['', '', undefined],
])('from %s to %s Asterisk sees %s', (localAddress, remoteAddress, seen) => {
  expect(seenFrom({ localAddress, remoteAddress })).toBe(seen);
});
