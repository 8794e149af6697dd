import { expect, test } from 'vitest';
import { localDialplan, localExtensions } from '../../bin/local-dialplan.ts';
import type { AsteriskOptions } from '../../lib/asterisk/asterisk-node.ts';

const node = (apps: string[], asterisk?: AsteriskOptions) => ({
  name: 'pbx-1',
  url: 'https://pbx.example.com:8089/ari',
  apps,
  ...(asterisk && { asterisk }),
});

test('the extensions are those of cdk.json, with their arguments', () => {
  const extensions = { ivr: { app: 'Sales' }, 200: { app: 'Sales', args: ['eu', 'night shift'] } };
  expect(localDialplan(node(['Sales', 'Intro-IVR'], { extensions }))).toEqual({
    ivr: 'Sales',
    200: 'Sales,eu,night shift',
  });
});

test.each([
  ['_9XXX', '9000'],
  ['_Z.', '10'],
  ['_+49N!', '+4920'],
  ['_vip-x', 'vip0'],
])('a number stands for the pattern %s: %s', (pattern, number) => {
  expect(localDialplan(node(['Sales'], { extensions: { [pattern]: { app: 'Sales' } } }))).toEqual({
    [number]: 'Sales',
  });
});

test('without extensions in cdk.json the documented apps have theirs, and the others their name in small letters', () => {
  expect(localDialplan(node(['Intro-IVR', 'Sales', 'Super-Conference'], { fallback: 'busy' }))).toEqual({
    ivr: 'Intro-IVR',
    conference: 'Super-Conference,100',
    sales: 'Sales',
  });
  expect(localDialplan(node(['Sales']))).toEqual({ sales: 'Sales' });
});

test('an extension that leads to no app of the node is refused with a sentence', () => {
  expect(() => localDialplan(node(['Sales'], { extensions: { 200: { app: 'Support' } } }))).toThrow(
    'cdk.json: `nodes` cannot be used:\n  - node "pbx-1": asterisk.extensions["200"]: expected `app` to be one of the ' +
      'node\'s (Sales), got "Support"',
  );
});

test('a call that no handler claims leaves its app after the `rescue` of the node', () => {
  const extensions = { 200: { app: 'Sales', args: ['eu'] }, 300: { app: 'Support' } };
  const dialplan = localExtensions(node(['Sales', 'Support'], { extensions, rescue: { Sales: 3, Support: false } }));
  expect(dialplan).toEqual({
    200: [
      'NoOp()',
      'Gosub(ari-eventbridge-rescue,arm,1(3))',
      'Stasis(Sales,eu)',
      'Gosub(ari-eventbridge-rescue,disarm,1)',
      'Hangup()',
    ],
    300: 'Support',
    T: ['Goto(ari-eventbridge-rescue,T,1)'],
  });
  expect(localExtensions(node(['Sales'])).sales).toContain('Gosub(ari-eventbridge-rescue,arm,1(6))');
});

test('a `rescue` that is neither seconds nor false is refused with a sentence', () => {
  expect(() => localDialplan(node(['Sales'], { rescue: { Support: 3 } }))).toThrow(
    'node "pbx-1": asterisk.rescue: expected apps of the node (Sales), got "Support"',
  );
});
