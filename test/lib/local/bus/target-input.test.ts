import { expect, test } from 'vitest';
import { type BusEvent, keepDetailText } from '../../../../lib/local/bus/bus-event.ts';
import { targetInput } from '../../../../lib/local/bus/target-input.ts';
import type { TargetInput } from '../../../../lib/local/template/deployment.ts';

const EVENT: BusEvent = {
  version: '0',
  id: 'e-1',
  'detail-type': 'StasisStart',
  source: 'asterisk.ari',
  account: '0',
  time: '2026-11-23T08:24:51Z',
  region: 'us-east-1',
  resources: ['pbx-1/channel/1.0'],
  detail: {
    channel: { id: '1.0', name: 'say "hi"' },
    args: ['a', 'b'],
    digits: 3,
    up: true,
    legs: [{ id: 1 }, { id: 2 }],
  },
};
const RULE = { title: 'R', name: 'rule', arn: 'arn:rule', busName: 'b', pattern: {}, targets: [] };
const INGESTED = new Date('2026-11-23T08:24:52.500Z');
const { detail: _, ...ENVELOPE } = EVENT;

const given = (input?: TargetInput) => targetInput(input, EVENT, RULE, INGESTED);
const paths = {
  id: '$.id',
  name: '$.detail.channel.name',
  channel: '$.detail.channel',
  args: '$.detail.args',
  first: '$.detail.args[0]',
  digits: '$.detail.digits',
  up: '$.detail.up',
  legs: '$.detail.legs[*].id',
  type: '$.detail-type',
  none: '$.detail.none.at.all',
};
const filled = (template: string) => given({ template, paths });

test('a target gets the event, unless its rule says otherwise', () => {
  expect(JSON.parse(given())).toEqual(EVENT);
});

test('a constant is sent unchanged', () => {
  expect(given({ constant: '{"a": 1}' })).toBe('{"a": 1}');
});

test('a path selects a part of the event; a path that finds nothing gives null', () => {
  expect(given({ path: '$.detail.channel' })).toBe('{"id":"1.0","name":"say \\"hi\\""}');
  expect(given({ path: '$.resources[0]' })).toBe('"pbx-1/channel/1.0"');
  expect(given({ path: '$.detail.none' })).toBe('null');
});

test.each([
  ['outside quotes a text gets its own', '{"id": <id>, "type": <type>}', '{"id": "e-1", "type": "StasisStart"}'],
  ['inside quotes it stands bare', '{"text": "Call <id> of <type>"}', '{"text": "Call e-1 of StasisStart"}'],
  ['what JSON escapes stays escaped', '{"name": "<name>"}', '{"name": "say \\"hi\\""}'],
  ['a template may be one text', '"Call <id>"', '"Call e-1"'],
  ['numbers and truths stay what they are', '{"n": <digits>, "up": <up>}', '{"n": 3, "up": true}'],
  ['and are text inside quotes', '{"n": "<digits> <up>"}', '{"n": "3 true"}'],
  ['a list is a list', '{"a": <args>, "l": <legs>, "f": <first>}', '{"a": ["a","b"], "l": [1,2], "f": "a"}'],
  ['inside quotes it loses its quotes', '{"a": "<args>"}', '{"a": "[a,b]"}'],
  ['an object is an object', '{"c": <channel>}', '{"c": {"id":"1.0","name":"say \\"hi\\""}}'],
  ['a path that leads nowhere gives an empty text', '{"n": <none>, "m": "<none>"}', '{"n": "", "m": ""}'],
  ['so does a variable that is not defined', '{"n": <other>}', '{"n": ""}'],
  [
    'the rule is known',
    '{"r": <aws.events.rule-name>, "a": "<aws.events.rule-arn>"}',
    '{"r": "rule", "a": "arn:rule"}',
  ],
  ['so is when the event was taken', '{"t": <aws.events.event.ingestion-time>}', '{"t": "2026-11-23T08:24:52.500Z"}'],
  ['and the event, without its detail', '{"e": <aws.events.event>}', `{"e": ${JSON.stringify(ENVELOPE)}}`],
  ['or with it', '{"e": <aws.events.event.json>}', `{"e": ${JSON.stringify(EVENT)}}`],
])('in a template %s', (_name, template, result) => {
  expect(filled(template)).toBe(result);
  expect(() => JSON.parse(result)).not.toThrow();
});

test('numbers keep the digits that the sender wrote', () => {
  const text = '{"order":9007199254740993,"ratio":1.0,"list":[1e2,12345678901234567890.25],"twice":1,"twice":2}';
  const event = keepDetailText({ ...EVENT, detail: JSON.parse(text) as Record<string, unknown> }, text);
  const from = (input: TargetInput) => targetInput(input, event, RULE, INGESTED);
  expect(from({ path: '$.detail' })).toBe(text);
  expect(from({ path: '$.detail.order' })).toBe('9007199254740993');
  expect(from({ path: '$.detail.twice' })).toBe('2');
  const more = { order: '$.detail.order', list: '$.detail.list', ratio: '$.detail.ratio' };
  expect(from({ template: '{"o":<order>,"l":<list>,"t":"<order> <ratio> <list>"}', paths: more })).toBe(
    '{"o":9007199254740993,"l":[1e2,12345678901234567890.25],"t":"9007199254740993 1.0 [1e2,12345678901234567890.25]"}',
  );
});
