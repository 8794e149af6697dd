import { expect, test } from 'vitest';
import { ChannelIndex } from '../../connector/channel-index.ts';

test('each channel is counted by itself, and remembers its call', () => {
  const index = new ChannelIndex();
  expect(index.next('1.0', undefined)).toEqual({ channelSequence: 1 });
  expect(index.next('1.0', 'call')).toEqual({ channelSequence: 2, callId: 'call' });
  expect(index.next('2.0', undefined)).toEqual({ channelSequence: 1 });
  expect(index.next('1.0', undefined)).toEqual({ channelSequence: 3, callId: 'call' });
});

test('it is bounded: the channel longest without an event is forgotten first', () => {
  const index = new ChannelIndex();
  index.next('old', 'call');
  index.next('kept', 'call');
  for (let i = 0; i < 49_999; i++) {
    index.next(String(i), undefined);
    index.next('kept', undefined);
  }
  expect(index.next('kept', undefined).channelSequence).toBe(50_001);
  expect(index.next('old', undefined)).toEqual({ channelSequence: 1 });
});
