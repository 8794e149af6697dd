import { expect, test } from 'vitest';
import { type Fallback, fallbackContext, fallbackFault } from '../../../lib/asterisk/fallback.ts';

const leadsBack = (context: string, extension: string) => context === 'default' && extension === 'ivr';

test.each([
  'busy',
  'voicemail:100',
  'voicemail:100@office',
  'queue:support',
  'goto:reception,s,1',
  'goto:reception,_9XXX,greet',
  'goto:default,operator,1',
])('%s is a fallback that ends with the busy tone', (fallback) => {
  expect(fallbackFault(fallback, leadsBack)).toBeUndefined();
  const lines = fallbackContext(fallback as Fallback).split('\n');
  expect(lines[0]).toBe('[ari-eventbridge-fallback]');
  expect(lines[1]).toMatch(/^exten => s,1,/);
  expect(lines.slice(-3)).toEqual([expect.stringContaining('Busy(20)'), ' same => n,Hangup()', '']);
});

test.each([
  undefined,
  7,
  '',
  'voicemail',
  'voicemail:',
  'voicemail:100@a@b',
  'voicemail:100,u)',
  'queue:a b',
  'queue:a\nexten => x,1,System(x)',
  `queue:\${SHELL(x)}`,
  'busy:1',
  'goto:a,b',
  'goto:a,b,c,d',
  'goto:a,b,0',
  'goto:a;,b,1',
  'goto:a],b,1',
  'hangup',
])('%j is refused', (fallback) => {
  expect(fallbackFault(fallback, leadsBack)).toContain('expected "busy", "voicemail:BOX"');
});

test.each(['goto:default,ivr,1', 'goto:ari-eventbridge-fallback,s,1'])('%s would loop', (fallback) => {
  expect(fallbackFault(fallback, leadsBack)).toContain('would send the call back to the app that it came from');
});
