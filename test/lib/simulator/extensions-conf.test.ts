import { describe, expect, test } from 'vitest';
import { Dialplan } from '../../../lib/simulator/dialplan.ts';

const KNOWN = ['Answer', 'NoOp', 'Stasis', 'Wait'];

function read(...lines: string[]): Dialplan {
  return new Dialplan({}, KNOWN, lines.join('\n'));
}

describe('the text of extensions.conf', () => {
  test('has contexts with extensions, whose priorities count on', () => {
    const dialplan = read(
      '; a comment',
      '[one]',
      'exten => a,1,answer()',
      ' same => n,Stasis(App,x) ; another',
      ' same => n(end),Wait(1\\;5)',
      'exten => b,1,NoOp',
      '[two]',
      'exten => a,1,NoOp(two)',
    );
    expect([1, 2, 3, 4].map((priority) => dialplan.line('one', 'a', priority))).toEqual([
      { application: 'Answer', data: '' },
      { application: 'Stasis', data: 'App,x' },
      { application: 'Wait', data: '1;5' },
      undefined,
    ]);
    expect(dialplan.line('one', 'b', 1)).toEqual({ application: 'NoOp', data: '' });
    expect(dialplan.line('two', 'a', 1)).toEqual({ application: 'NoOp', data: 'two' });
    expect(dialplan.priority('one', 'a', 'end')).toBe(3);
    expect(dialplan.priority('two', 'a', 'end')).toBeUndefined();
    expect(dialplan.priority('one', 'a', '7')).toBe(7);
  });

  test('may name applications that the simulator does not have', () => {
    expect(read('[one]', 'exten => a,1,VoiceMail(1,u)').line('one', 'a', 1)?.application).toBe('VoiceMail');
  });

  test('keeps the first of two lines at the same place', () => {
    expect(read('[one]', 'exten => a,1,NoOp(1)', 'exten => a,1,NoOp(2)').line('one', 'a', 1)?.data).toBe('1');
  });

  test.each(['include => other', 'exten => a', 'NoOp()'])('is refused with a line such as "%s"', (line) => {
    expect(() => read('[one]', line)).toThrow(`or same => n,…, got ${line}`);
  });
});

describe('a pattern', () => {
  test.each([
    ['_X!', '5', true],
    ['_X!', '5123', true],
    ['_X!', 'T', false],
    ['_X.', '5', false],
    ['_9XXX', '9123', true],
    ['_9XXX', '912', false],
    ['_NZX', '210', true],
    ['_NZX', '110', false],
    ['_NZX', '200', false],
    ['_[1-35]X', '50', true],
    ['_[1-35]X', '40', false],
    ['_555-12!', '55512', true],
    ['_A.', 'Ab', true],
    ['9XXX', '9123', false],
    ['a.c', 'abc', false],
  ])('%s matches %s: %s', (pattern, dialled, matches) => {
    expect(read('[one]', `exten => ${pattern},1,NoOp()`).has('one', dialled)).toBe(matches);
  });

  test('that is more exact comes first, and a name before any pattern', () => {
    const names = ['_X!', '_X.', '_XXX', '_ZXX', '_[1-3]XX', '_12X', '123'];
    const dialplan = read('[one]', ...names.map((name) => `exten => ${name},1,NoOp(${name})`));
    const reached = (dialled: string) => dialplan.line('one', dialled, 1)?.data;
    expect(['123', '124', '224', '424', '024', '0244', '0'].map(reached)).toEqual(names.toReversed());
  });
});
