import { describe, expect, test } from 'vitest';
import { Fifo } from '../../connector/fifo.ts';

describe('a queue', () => {
  test('gives undefined when it is empty, and takes items afterwards', () => {
    const queue = new Fifo<number>();
    expect([queue.shift(), queue.peek(), queue.length]).toEqual([undefined, undefined, 0]);
    queue.push(1);
    expect([queue.peek(), queue.shift(), queue.shift(), queue.length]).toEqual([1, 1, undefined, 0]);
    queue.push(2);
    expect([queue.length, queue.shift()]).toEqual([1, 2]);
  });

  test('takes an item at its head, whether or not the item was in it before', () => {
    const queue = new Fifo<number>();
    queue.unshift(2);
    queue.push(3);
    queue.unshift(1);
    expect([queue.shift(), queue.shift()]).toEqual([1, 2]);
    queue.unshift(2);
    expect([queue.length, queue.shift(), queue.shift()]).toEqual([2, 2, 3]);
  });

  test('behaves as an array does in random sequences of operations', () => {
    const queue = new Fifo<number>();
    const model: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      // The queue grows in the first half of the test and shrinks in the second.
      const dice = Math.random() + (i < 10_000 ? 0.2 : -0.2);
      if (dice > 0.55) {
        queue.push(i);
        model.push(i);
      } else if (dice > 0.5) {
        queue.unshift(i);
        model.unshift(i);
      } else {
        expect(queue.shift()).toBe(model.shift());
      }
      expect(queue.peek()).toBe(model[0]);
      expect(queue.length).toBe(model.length);
    }
  });
});
