import { expect, test } from 'vitest';
import { Dialplan } from '../../../lib/simulator/dialplan.ts';

test('an extension is what Stasis is given, followed by hanging up, or its applications one by one', () => {
  const dialplan = new Dialplan({ short: 'App,1', long: ['Answer()', 'Stasis(App)', 'Wait(60)'] });
  expect(dialplan.steps('short')).toEqual(['Stasis(App,1)', 'Hangup()']);
  expect(dialplan.steps('long')).toEqual(['Answer()', 'Stasis(App)', 'Wait(60)']);
  expect(dialplan.steps('other')).toBeUndefined();
});

test('an application that the simulator does not know is refused', () => {
  expect(() => new Dialplan({ x: ['Dial(PJSIP/1)'] })).toThrow('or Wait(…), got Dial(PJSIP/1)');
});
