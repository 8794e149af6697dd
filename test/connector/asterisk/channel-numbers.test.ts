import { expect, test } from 'vitest';
import { ChannelNumbers } from '../../../connector/asterisk/channel-numbers.ts';

const T0 = Date.parse('2026-11-23T08:24:51.242Z');
const at = (ms: number): string => new Date(T0 + ms).toISOString().replace('Z', '+0000');

/** The numbers of one channel's events. */
const numbersOf = (numbers: ChannelNumbers, connection: string, times: number[], channel = '1.0'): number[] =>
  times.map((ms) => numbers.next(channel, at(ms), connection));
const rising = (numbers: number[]): boolean => numbers.every((n, i) => i === 0 || n > (numbers[i - 1] as number));

test('the numbers of a channel rise, also for events of one millisecond and with earlier timestamps', () => {
  const numbers = numbersOf(new ChannelNumbers(), 'c', [0, 0, 0, -20, 5, 3000, 3000, 2990, 60_000]);
  expect(rising(numbers)).toBe(true);
  expect(numbers.at(-1)).toBe((T0 + 60_000) * 1000);
});

test('two connectors that take an app from each other number a channel’s events in their order', () => {
  const [a, b] = [new ChannelNumbers(), new ChannelNumbers()];
  const order = [
    ...numbersOf(a, 'a-1', [0, 0, 1, 1]),
    // In the same millisecond, in the next, and with a timestamp that is a little earlier.
    ...numbersOf(b, 'b-1', [1, 2, 2]),
    ...numbersOf(a, 'a-2', [3, 1]),
    ...numbersOf(b, 'b-2', [4, 700]),
    ...numbersOf(a, 'a-3', [60_000, 62_000]),
    ...numbersOf(b, 'b-3', [61_500]),
  ];
  expect(rising(order)).toBe(true);
});

test('the peer of a Dial, which is in no app, is numbered on after its app was taken and taken back', () => {
  const [a, b] = [new ChannelNumbers(), new ChannelNumbers()];
  const order = [
    ...numbersOf(a, 'a-1', [0, 1], 'peer'),
    ...numbersOf(b, 'b-1', [2000, 2001], 'peer'),
    ...numbersOf(a, 'a-2', [4000], 'peer'),
  ];
  expect(rising(order)).toBe(true);
});

test('a connector that starts again on an empty disk, and reads an event late, numbers on', () => {
  const before = numbersOf(new ChannelNumbers(), 'one', [0, 50]);
  expect(rising([...before, ...numbersOf(new ChannelNumbers(), 'two', [100])])).toBe(true);
});

test('each channel has its own numbers, which a busy channel does not move', () => {
  const numbers = new ChannelNumbers();
  numbersOf(numbers, 'c', Array(5000).fill(0), 'busy');
  expect(numbersOf(numbers, 'c', [0], 'quiet')).toEqual(numbersOf(new ChannelNumbers(), 'c', [0]));
});

test('an event without a time is numbered by this machine’s', () => {
  const before = Date.now() * 1000;
  const numbers = new ChannelNumbers();
  const first = numbers.next('1.0', undefined, 'c');
  expect(first).toBeGreaterThan(before);
  expect(numbers.next('1.0', 'not a time', 'c')).toBeGreaterThan(first);
});

test('at most 50,000 channels are kept: one that is forgotten is numbered on, also where Asterisk’s clock was set back', () => {
  const numbers = new ChannelNumbers();
  const before = numbersOf(numbers, 'c', Array(10).fill(0), 'old');
  for (let i = 0; i < 50_000; i++) numbers.next(String(i), at(-5000), 'c');
  expect(rising([...before, ...numbersOf(numbers, 'c', [-4000, -4000], 'old')])).toBe(true);
});

test('the numbers of a channel rise in any order of channels, connections and clock steps', () => {
  const numbers = new ChannelNumbers();
  const last = new Map<string, number>();
  let time = 0;
  for (let i = 0; i < 200_000; i++) {
    time += Math.random() < 0.0001 ? -3_600_000 : Math.random() * 2;
    const channel = Math.random() < 0.5 ? `${i % 20}` : `${Math.floor(Math.random() * 100_000)}`;
    const number = numbers.next(channel, at(time), `c-${Math.floor(i / 5000)}`);
    if (number <= (last.get(channel) ?? 0)) expect.fail(`${number} after ${last.get(channel)} of ${channel}`);
    last.set(channel, number);
  }
});
