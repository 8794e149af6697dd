import { describe, expect, test } from 'vitest';
import { isLowValue, journalRecord, type RecordOrigin, readRecord } from '../../../connector/journal/record.ts';

const ORIGIN: RecordOrigin = {
  kind: 'event',
  id: 'c-1',
  node: 'pbx-1',
  app: 'Intro-IVR',
  lane: 'pbx-1/1.0',
  type: 'StasisStart',
  receivedAt: 1795422291242,
};

describe('a record', () => {
  test('is one line that contains the entry as the bus takes it', () => {
    const { line, entry, bytes } = journalRecord(ORIGIN, { text: '{"n":1}', bytes: 42 });
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(line.includes(entry)).toBe(true);
    expect([entry.toString(), bytes]).toEqual(['{"n":1}', 42]);
  });

  test.each([
    ['with an event', ORIGIN, '{"n":1}'],
    ['with the connector’s own news', { ...ORIGIN, kind: 'news' as const }, '{"n":1}'],
    ['of a bus whose entries are not JSON', ORIGIN, 'oWFuAQ=='],
    ['with characters of many bytes', { ...ORIGIN, id: 'ü', lane: 'pbx-1/☎' }, '{"name":"Jürgen ☎ 𝄞"}'],
    ['with tabs, line breaks and brackets in its names', { ...ORIGIN, lane: 'a]\t{\n"b' }, '{"text":"]\\t{\\n"}'],
    ['of no app', { ...ORIGIN, app: '' }, '{}'],
  ])('is read back unchanged: one %s', (_, origin, text) => {
    const written = journalRecord(origin, { text, bytes: 42 });
    const { line, entry, ...rest } = readRecord(Buffer.from(written.line)) ?? expect.fail('the line was not read');
    expect(rest).toEqual({ ...origin, bytes: 42 });
    expect([line.toString(), entry.toString()]).toEqual([written.line.toString(), text]);
  });

  test.each([
    '',
    '\n',
    'null\n',
    '{"nodes":{}}\n',
    '["event","c-1"]\t{}\n',
    '["c-1"\t{"Source":"s"}\n',
    '\0\0\0\0]\t{}\n',
  ])('is not read from the line %j', (line) => {
    expect(readRecord(Buffer.from(line))).toBeUndefined();
  });
});

test('very frequent types are of low value, types that a call handler waits for are not', () => {
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
