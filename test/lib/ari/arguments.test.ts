import { describe, expect, test } from 'vitest';
import { applicationFields, moveArguments } from '../../../lib/ari/arguments.ts';

// Each was seen on a real Asterisk; `test/asterisk/arguments.test.ts` compares random lists with one.
describe('what an application is given', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['app', ['app']],
    ['app,', ['app', '']],
    ['app,a,,b', ['app', 'a', '', 'b']],
    ['app,"Doe, Jane",x', ['app', 'Doe, Jane', 'x']],
    ['app,a\\,b,\\"c\\"', ['app', 'a,b', '"c"']],
    ['app,{"id":7,"q":"x"}', ['app', '{id:7', 'q:x}']],
    ['app,f(a,b),[c,d]', ['app', 'f(a,b)', '[c,d]']],
    ['app,a),b', ['app', 'a)', 'b']],
    ['app,"open,b', ['app', 'open,b']],
    ['app,"",b', ['app', '', 'b']],
    ['app,""', ['app', '', '']],
    ['"app"', ['app']],
    ['app,(open,b', ['app', '(open,b']],
    ['app,a\\', ['app', 'a']],
    ['app,a\\\\,b', ['app', 'a\\', 'b']],
    ['app, a , b ', ['app', ' a ', ' b ']],
  ])('%j', (data, fields) => {
    expect(applicationFields(data)).toEqual(fields);
  });

  test('is an app and 128 arguments at most, of which the last is the rest as it is', () => {
    const fields = applicationFields(`app${',a'.repeat(127)},"b",c`);
    expect([fields.length, fields.at(-1)]).toEqual([129, '"b",c']);
  });
});

test.each<[string, string[]]>([
  ['', []],
  ['a,,b,', ['a', 'b']],
  ['"Doe, Jane",x', ['"Doe', ' Jane"', 'x']],
  ['a\\,b', ['a\\', 'b']],
  ['{"id":7}', ['{"id":7}']],
])('what a move is given is parted at every comma: %j', (appArgs, args) => {
  expect(moveArguments(appArgs)).toEqual(args);
});
