import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leftoverMessages } from '../../connector/leftover-message.ts';
import { LeftoversReceived } from '../../connector/leftovers-received.ts';
import { createLog } from '../../lib/log.ts';
import { recordOf } from '../support/records.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Takes one message with one record, and notes what is done with the message. */
async function takeOne() {
  const record = recordOf('channel-1', 'event-1');
  const [message] = [...leftoverMessages([record])];
  const bodies = [message?.body ?? ''];
  const done: (number | 'removed')[] = [];
  const received = new LeftoversReceived({
    queue: {
      sendInOrder: async () => {},
      receive: async (seconds) => {
        const body = bodies.shift();
        if (body === undefined) return undefined;
        done.push(seconds);
        return {
          body,
          remove: async () => void done.push('removed'),
          hide: async (more) => void done.push(more),
        };
      },
    },
    isReady: () => true,
    onRecord: () => {},
    onDropped: () => {},
    log: createLog({}, () => {}),
  });
  received.start();
  await vi.advanceTimersByTimeAsync(0);
  return { received, done, id: record.id };
}

test('a message is hidden again while its records are not settled, and then removed', async () => {
  const { received, done, id } = await takeOne();
  await vi.advanceTimersByTimeAsync(45_000);
  expect(done).toEqual([60, 60, 60]);
  received.settled(id);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual([60, 60, 60, 'removed']);
  received.stop();
});

test('a message whose records are not settled is given back at once, and not hidden again', async () => {
  const { received, done } = await takeOne();
  received.stop();
  await received.giveBack();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual([60, 0]);
});
