import { expect, test } from 'vitest';
import { unknownFields } from '../../../lib/events/unknown-fields.ts';

test.each([
  [{ 'detail-type': ['StasisStart'] }, []],
  [{ detail: { application: ['Intro-IVR'], channel: { caller: { number: [{ prefix: '+49' }] } } } }, []],
  [{ detail: { metadata: { node: ['pbx-1'], recovered: [true] }, args: ['sales'] } }, []],
  // Fields that the operator or a program chooses.
  [{ detail: { channel: { channelvars: { ANY: ['x'] } }, userevent: { any: ['x'] } } }, []],
  [{ detail: { bridge: { channels: ['1795403597.0'] } } }, []],
  [{ detail: { aplication: ['Intro-IVR'] } }, ['detail.aplication']],
  [{ detail: { channel: { caller: { numbr: ['100'] } } } }, ['detail.channel.caller.numbr']],
  [{ detail: { metadata: { nod: ['pbx-1'] } } }, ['detail.metadata.nod']],
  [{ $or: [{ detail: { a: ['x'] } }, { source: ['y'] }] }, ['detail.a']],
  [
    { detail: { $or: [{ digt: ['1'] }, { channel: { $or: [{ nam: ['x'] }, { name: ['y'] }] } }] } },
    ['detail.digt', 'detail.channel.nam'],
  ],
  [{ detail: 'StasisStart' }, []],
  [null, []],
])('%j looks for %j', (pattern, fields) => {
  expect(unknownFields(pattern)).toEqual(fields);
});
