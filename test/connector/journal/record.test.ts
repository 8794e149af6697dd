import { describe, expect, test } from 'vitest';
import { isLowValue, journalRecord, readRecord } from '../../../connector/journal/record.ts';
import { entrySize } from '../../../lib/events/entry.ts';
import { readEntry } from '../../support/records.ts';

const ORIGIN = {
  id: 'c-1',
  node: 'pbx-1',
  app: 'Intro-IVR',
  lane: 'pbx-1/1.0',
  type: 'StasisStart',
  receivedAt: 1795422291242,
};
const entryOf = (Detail: string) => ({
  Source: 'asterisk.ari',
  DetailType: 'StasisStart',
  Time: new Date('2026-11-23T08:24:51.242Z'),
  Resources: ['pbx-1/channel/1.0'],
  Detail,
});

describe('a record', () => {
  test('is one line, of which the entry is a part as PutEvents takes it: its time in epoch seconds', () => {
    const { line, entry } = journalRecord(ORIGIN, entryOf('{"n":1}'));
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(line.includes(entry)).toBe(true);
    expect(readEntry(entry)).toEqual({ ...entryOf('{"n":1}'), Time: 1795422291.242 });
  });

  test('has the size that EventBridge counts', () => {
    const entry = entryOf('{"name":"Jürgen ☎"}');
    expect(journalRecord(ORIGIN, entry).bytes).toBe(entrySize(entry));
  });

  test.each([
    ['plain', ORIGIN, '{"n":1}'],
    ['of many bytes a character', { ...ORIGIN, id: 'ü', lane: 'pbx-1/☎' }, '{"name":"Jürgen ☎ 𝄞"}'],
    ['with line breaks and brackets in its texts', { ...ORIGIN, lane: 'a] {\n"b' }, '{\n"text":"] {"\n}'],
    ['of no app', { ...ORIGIN, app: '' }, '{}'],
  ])('that is %s is read back as it was', (_, origin, detail) => {
    const written = journalRecord(origin, entryOf(detail));
    const { line, entry, ...rest } = readRecord(Buffer.from(written.line)) ?? expect.fail('it was not read');
    expect(rest).toEqual({ ...origin, bytes: written.bytes });
    expect([line.toString(), entry.toString()]).toEqual([written.line.toString(), written.entry.toString()]);
  });

  test.each([
    '',
    '\n',
    'null\n',
    '{"nodes":{}}\n',
    '["c-1","pbx-1"] {}\n',
    '["c-1" {"Source":"s"}\n',
    '\0\0\0\0] {}\n',
  ])('is not made out of %j', (line) => {
    expect(readRecord(Buffer.from(line))).toBeUndefined();
  });
});

test('what comes in bulk is of low value, what a call waits for is not', () => {
  expect(['ChannelVarset', 'ChannelDialplan', 'DeviceStateChanged'].map(isLowValue)).toEqual([true, true, true]);
  for (const type of [
    'StasisStart',
    'StasisEnd',
    'ChannelDtmfReceived',
    'ChannelDestroyed',
    'PlaybackFinished',
    'Gap',
  ]) {
    expect(isLowValue(type), type).toBe(false);
  }
});
