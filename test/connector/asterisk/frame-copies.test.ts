import { expect, test } from 'vitest';
import { FrameCopies } from '../../../connector/asterisk/frame-copies.ts';

const digit = (digit: string, ms: number) => `{"type":"ChannelDtmfReceived","timestamp":"T.${ms}","digit":"${digit}"}`;

/** The frames that are not copies. */
const events = (frames: string[]): string[] => {
  const copies = new FrameCopies();
  return frames.filter((frame) => !copies.isCopy(frame));
};

test('a frame that comes two or three times in a row is one event', () => {
  const [four, seven] = [digit('4', 1), digit('7', 2)];
  expect(events([four, four, seven, seven, seven])).toEqual([four, seven]);
});

test('a copy is recognized with events of other channels in between', () => {
  const others = Array.from({ length: 15 }, (_, i) => digit('1', i + 10));
  expect(events([digit('4', 1), ...others, digit('4', 1)])).toEqual([digit('4', 1), ...others]);
});

test('the same digit in another millisecond is another event', () => {
  expect(events([digit('4', 1), digit('4', 2)])).toHaveLength(2);
});

test('two user events that look alike stay two, with and without spaces in the JSON', () => {
  const spaced = '{ "type": "ChannelUserevent", "userevent": {} }';
  const dense = '{"type":"ChannelUserevent","userevent":{}}';
  expect(events([spaced, spaced, dense, dense, dense])).toHaveLength(5);
});
