import { describe, expect, test } from 'vitest';
import { type AriFrame, callEventEntry, entrySize, readFrame } from '../../../lib/events/entry.ts';
import type { EventMetadata } from '../../../lib/events/metadata.ts';

const METADATA: EventMetadata = {
  id: 'c-1',
  node: 'pbx-1',
  connection: 'c',
  sequence: 1,
  receivedAt: '2026-11-23T08:24:51.300Z',
};
const frameOf = (text: string): AriFrame => readFrame(text) as AriFrame;

describe('an ARI event as an entry', () => {
  test('keeps Asterisk’s text unchanged and adds metadata at its end', () => {
    const text = '{"type":"Dial", "big":12345678901234567890, "timestamp":"2026-11-23T08:24:51.242+0000","x":1.0}';
    const entry = callEventEntry(frameOf(text), METADATA, ['channel/1.0']);
    expect(entry).toEqual({
      Source: 'asterisk.ari',
      DetailType: 'Dial',
      Time: new Date('2026-11-23T08:24:51.242Z'),
      Resources: ['pbx-1/channel/1.0'],
      Detail: `${text.slice(0, -1)},"metadata":${JSON.stringify(METADATA)}}`,
    });
    expect(JSON.parse(entry.Detail)).toMatchObject({ type: 'Dial', metadata: METADATA });
  });

  test('is also valid for text that Asterisk has indented', () => {
    const { Detail } = callEventEntry(frameOf('{\n  "type": "Dial"\n}\n'), METADATA, []);
    expect(JSON.parse(Detail)).toEqual({ type: 'Dial', metadata: METADATA });
  });

  test('replaces a metadata field of the event by the connector’s', () => {
    const { Detail } = callEventEntry(frameOf('{"metadata":{"id":"forged"},"type":"Dial"}'), METADATA, []);
    expect(JSON.parse(Detail).metadata).toEqual(METADATA);
  });

  test('takes the time of reading where the event has none, or none that can be read', () => {
    for (const text of ['{"type":"Dial"}', '{"type":"Dial","timestamp":"soon"}', '{"type":"Dial","timestamp":1}']) {
      expect(callEventEntry(frameOf(text), METADATA, []).Time).toEqual(new Date(METADATA.receivedAt));
    }
  });

  test('honours the offset of the timestamp', () => {
    const { Time } = callEventEntry(
      frameOf('{"type":"Dial","timestamp":"2026-11-23T10:24:51.242+0200"}'),
      METADATA,
      [],
    );
    expect(Time).toEqual(new Date('2026-11-23T08:24:51.242Z'));
  });
});

describe('a frame that is not an event', () => {
  test.each([
    ['', 'expected JSON'],
    ['{"type":', 'expected JSON'],
    ['[1]', 'expected a JSON object, got an array'],
    ['null', 'expected a JSON object'],
    ['"text"', 'expected a JSON object, got string'],
    ['{}', 'expected a "type" of 1 to 128 characters, got undefined'],
    ['{"type":7}', 'got 7'],
    ['{"type":""}', 'got ""'],
    [JSON.stringify({ type: 'x'.repeat(129) }), 'expected a "type" of 1 to 128 characters'],
  ])('as %j is refused with the reason', (text, sentence) => {
    expect(readFrame(text)).toEqual({ fault: expect.stringContaining(sentence) });
  });

  test('is not quoted at length: it may contain anything', () => {
    expect(JSON.stringify(readFrame('password=hidden'))).not.toContain('hidden');
  });
});

test('the size of an entry is counted as AWS counts it', () => {
  const entry = { Source: 'ab', DetailType: 'c', Time: new Date(), Resources: ['ä'], Detail: '{"a":"€"}' };
  expect(entrySize(entry)).toBe(14 + 2 + 1 + 2 + 11);
  expect(entrySize({ ...entry, Time: undefined })).toBe(2 + 1 + 2 + 11);
  expect(entrySize({ Source: 'ab', Detail: null, Resources: null, Time: null })).toBe(2);
});
