import { setTimeout as wait } from 'node:timers/promises';
import { reasonOf } from '../lib/ari/errors.ts';
import type { Log } from '../lib/log.ts';
import type { JournalRecord } from './journal/index.ts';
import { droppedMessage, leftoverMessages } from './leftover-message.ts';
import type { LeftoverQueue } from './leftover-queue.ts';

const ATTEMPTS = 5;
const RETRY_MS = 200;
/** How much of the time is for the number of events that were not handed over, in milliseconds; a quarter at the most. */
const LAST_WORD_MS = 1500;

/** How many events were handed over, and how many of which node were not. */
export interface HandedOver {
  sent: number;
  left: Map<string, number>;
}

/**
 * Hands the records that a stopped connector could not publish to another one, through a queue. A record that is in the queue
 * is settled.
 *
 * @param until when to end, in epoch milliseconds
 */
export async function handOver(
  records: Iterable<JournalRecord>,
  {
    queue,
    sender,
    until,
    settle,
    dropped,
    log,
  }: {
    queue: LeftoverQueue;
    sender: string;
    until: number;
    settle(record: JournalRecord): void;
    /** How many events of which node were dropped before, and not announced: the other connector announces those too. */
    dropped: ReadonlyMap<string, number>;
    log: Log;
  },
): Promise<HandedOver> {
  const left = new Map<string, number>();
  const lastBatchAt = until - Math.min(LAST_WORD_MS, (until - Date.now()) / 4);
  let sent = 0;
  let number = 0;
  let failed = false;
  const send = async (body: string, end: number): Promise<boolean> => {
    number += 1;
    for (let attempt = 1; Date.now() < end; attempt++) {
      try {
        await queue.sendInOrder(body, sender, number);
        return true;
      } catch (error) {
        log.error(`Events cannot be handed to the queue of leftovers: ${reasonOf(error)}`, { attempt });
        if (attempt === ATTEMPTS) break;
        await wait(RETRY_MS);
      }
    }
    return false;
  };
  for (const message of leftoverMessages(records)) {
    if (!failed && message.body !== undefined && (await send(message.body, lastBatchAt))) {
      sent += message.records.length;
      for (const record of message.records) settle(record);
      continue;
    }
    failed ||= message.body !== undefined;
    for (const { node } of message.records) left.set(node, (left.get(node) ?? 0) + 1);
  }
  const lost = new Map(dropped);
  for (const [node, count] of left) lost.set(node, (lost.get(node) ?? 0) + count);
  if (lost.size > 0) await send(droppedMessage(lost), until);
  return { sent, left };
}
