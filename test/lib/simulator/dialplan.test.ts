import { expect, test } from 'vitest';
import { Dialplan } from '../../../lib/simulator/dialplan.ts';

const KNOWN = ['Answer', 'Hangup', 'Stasis', 'Wait'];

test('an extension is what Stasis is given, followed by hanging up, or its applications one by one', () => {
  const dialplan = new Dialplan({ short: 'App,1', long: ['answer()', 'Stasis(App)'], 'x@other': ['Wait(60)'] }, KNOWN);
  const lines = (context: string, exten: string) =>
    [1, 2, 3].map((priority) => dialplan.line(context, exten, priority));
  expect(lines('default', 'short')).toEqual([
    { application: 'Stasis', data: 'App,1' },
    { application: 'Hangup', data: '' },
    undefined,
  ]);
  expect(lines('default', 'long')[0]).toEqual({ application: 'Answer', data: '' });
  expect(lines('other', 'x')[0]).toEqual({ application: 'Wait', data: '60' });
  expect(dialplan.has('default', 'x')).toBe(false);
  expect(dialplan.extensions).toEqual(['short', 'long']);
});

test('an application that the simulator does not know is refused', () => {
  expect(() => new Dialplan({ x: ['Dial(PJSIP/1)'] }, KNOWN)).toThrow('Stasis(), Wait(), got Dial(PJSIP/1)');
});
