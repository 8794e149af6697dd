import { expect, test } from 'vitest';
import { JsonReader, type JsonToken } from '../../../../lib/events/pattern/json-reader.ts';

/** Tokens with their text, where they have one. */
function read(json: string): string[] {
  const reader = new JsonReader(json);
  const tokens: string[] = [];
  for (let token: JsonToken = reader.next(); token !== 'end'; token = reader.next()) {
    const hasText = token === 'name' || token === 'string' || token === 'number';
    tokens.push(hasText ? `${token} ${reader.text}` : token);
  }
  expect(reader.next()).toBe('end');
  return tokens;
}

test('reads all kinds of tokens', () => {
  expect(read(' {"a" : [ 1.50 , "x\\u0041\\n" , true,false,null, {}, [] ] , "a":-1E+2} rest')).toEqual([
    '{', 'name a', '[', 'number 1.50', 'string xA\n', 'true', 'false', 'null', '{', '}', '[', ']', ']',
    'name a', 'number -1E+2', '}',
  ]); // biome-ignore format: tokens in a row
});

test.each(['"x"', '1', 'null', '[]'])('reads %s, which is no object', (json) => {
  expect(read(json).length).toBeGreaterThan(0);
});

test('reads nothing from nothing', () => {
  expect(read('')).toEqual([]);
  expect(read(' \n')).toEqual([]);
});

test('says where a token begins and ends', () => {
  const json = '{"a": ["x", 12 ] }';
  const reader = new JsonReader(json);
  const texts: string[] = [];
  while (reader.next() !== 'end') texts.push(json.slice(reader.start, reader.end));
  expect(texts.filter((text) => !text.startsWith('"a"'))).toEqual(['{', '[', '"x"', '12', ']', '}']);
});

test.each(['{"b":{"c":[{}]},"a":1}', '{"b":[[],{"c":1}],"a":1}', '{"b":"x","a":1}'])('skips a value of %s', (json) => {
  const reader = new JsonReader(json);
  reader.next();
  reader.next();
  reader.next();
  reader.skip();
  expect(reader.next()).toBe('name');
  expect(reader.text).toBe('a');
});

test.each([
  '{', '[', '{"a"', '{"a":', '{"a":1', '{"a":1,', '[1', '[1,', '"x', '"x\\', '"\\u00', '"\\u00g0"', '"\\x"', '"\n"',
  '"\u0000"', '{,}', '{"a":1,}', '[,1]', '[1,]', '[1 2]', '{"a" 1}', '{"a":1 "b":2}', '{a:1}', "{'a':1}", '[01]',
  '[+1]', '[.5]', '[5.]', '[1e]', '[-]', '[tru]', '[NaN]', '[1}', '{"a":1]', '{"a":}', '{"a",1}', 'tru', '/**/1', '\ufeff1', '\u00a01',
])('refuses %j', (json) => {
  expect(() => read(json)).toThrow(/^Unexpected (character|end-of-input)/);
}); // biome-ignore format: texts in rows

test.each(['"\nn"', '{xa":1}', '{"a":1,xb":2}'])('refuses %j, which reads well but for one character', (json) => {
  expect(() => read(json)).toThrow(/^Unexpected character/);
});

test('a refusal is an error', () => {
  let thrown: unknown;
  try {
    read('[;]');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Error);
});

test('says what is wrong and where', () => {
  expect(() => read('[1;2]')).toThrow('Unexpected character (";" at position 2): not a JSON document');
  expect(() => read('[1')).toThrow('Unexpected end-of-input: not a whole JSON document');
});

test.each(['{"a":}', '{"a":x}', '{"a": ,"b":1}', '{"a"'])('refuses %j with the name, before its value', (json) => {
  const reader = new JsonReader(json);
  expect(reader.next()).toBe('{');
  expect(() => reader.next()).toThrow(/^Unexpected/);
});

test('a name does not depend on what follows it', () => {
  const reader = new JsonReader('{"a":12,"b":true,"c":"x"}');
  const names: string[] = [];
  for (let token = reader.next(); token !== 'end'; token = reader.next()) if (token === 'name') names.push(reader.text);
  expect(names).toEqual(['a', 'b', 'c']);
});
