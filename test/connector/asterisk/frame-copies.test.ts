import { expect, test } from 'vitest';
import { FrameCopies } from '../../../connector/asterisk/frame-copies.ts';

const digit = (digit: string, ms: number, channel = '1.0') =>
  `{"type":"ChannelDtmfReceived","timestamp":"T.${ms}","digit":"${digit}","channel":{"id":"${channel}"}}`;

/** The frames that are not copies. */
const events = (frames: string[]): string[] => {
  const copies = new FrameCopies();
  return frames.filter((frame) => !copies.isCopy(frame));
};

test('a frame that comes two or three times in a row is one event', () => {
  const [four, seven] = [digit('4', 1), digit('7', 2)];
  expect(events([four, four, seven, seven, seven])).toEqual([four, seven]);
  const device = '{"type":"DeviceStateChanged","device_state":{"name":"PJSIP/a"}}';
  expect(events([device, device, device])).toEqual([device]);
});

test('a copy is recognized with events of other channels in between', () => {
  const others = Array.from({ length: 7 }, (_, i) => digit('1', i + 10, '2.0'));
  expect(events([digit('4', 1), ...others, digit('4', 1), ...others.slice(1), digit('4', 1)])).toEqual([
    digit('4', 1),
    ...others,
    ...others.slice(1),
  ]);
});

test('an event that looks like an earlier one, with another event of its channel in between, is another event', () => {
  // A loop of the dialplan that comes by several times in a millisecond.
  const turn = ['{"type":"ChannelDialplan","channel":{"id":"1.0"}}', digit('1', 1)];
  expect(events([...turn, ...turn, ...turn])).toHaveLength(6);
});

test('an event without a channel that looks like an earlier one, with others in between, is another event', () => {
  const device = '{"type":"DeviceStateChanged"}';
  expect(events([device, digit('1', 1), device, 'no JSON', digit('1', 2), 'no JSON'])).toHaveLength(6);
});

test('the same digit in another millisecond is another event', () => {
  expect(events([digit('4', 1), digit('4', 2)])).toHaveLength(2);
});

test('two user events that look alike stay two, with and without spaces in the JSON', () => {
  const spaced = '{ "type": "ChannelUserevent", "userevent": {} }';
  const dense = '{"type":"ChannelUserevent","userevent":{}}';
  expect(events([spaced, spaced, dense, dense, dense])).toHaveLength(5);
});
