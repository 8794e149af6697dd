import { expect, test } from 'vitest';
import { parseJson, parseJsonObject } from '../../lib/json.ts';

test.each([
  ['{"a":1}', { a: 1 }, { a: 1 }],
  ['[1]', [1], undefined],
  ['null', null, undefined],
  ['"text"', 'text', undefined],
  ['{"a":', undefined, undefined],
  ['', undefined, undefined],
  [undefined, undefined, undefined],
])('%j is the value %j and the object %j', (text, value, object) => {
  expect(parseJson(text)).toEqual(value);
  expect(parseJsonObject(text)).toEqual(object);
});
