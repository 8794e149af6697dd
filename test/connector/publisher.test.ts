import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { PutOutcome } from '../../connector/event-bus.ts';
import type { JournalRecord } from '../../connector/journal.ts';
import { Publisher } from '../../connector/publisher.ts';
import type { BusEntry } from '../../lib/events/entry.ts';

const ACCEPTED: PutOutcome = { status: 'accepted' };

/** A bus whose requests are seen, and answered by `answer`. */
function publisher(
  answer: (details: string[], request: number) => PutOutcome[] | Promise<PutOutcome[]>,
  limits: { concurrency?: number; maxBytes?: number } = {},
) {
  const requests: string[][] = [];
  const seen = {
    requests,
    accepted: [] as string[],
    rejected: [] as string[],
    stalls: [] as string[],
    inFlight: 0,
    most: 0,
  };
  const it = new Publisher({
    bus: {
      put: async (entries: readonly BusEntry[]) => {
        const details = entries.map(({ Detail }) => Detail);
        requests.push(details);
        seen.inFlight += 1;
        seen.most = Math.max(seen.most, seen.inFlight);
        const outcomes = await answer(details, requests.length);
        seen.inFlight -= 1;
        return outcomes;
      },
      close: () => {},
    },
    maxBytes: 1000,
    concurrency: 4,
    backoff: { baseMs: 2, capMs: 10 },
    onAccepted: ({ entry }) => seen.accepted.push(entry.Detail),
    onRejected: ({ entry }, reason) => seen.rejected.push(`${entry.Detail}: ${reason}`),
    onStalled: (reason) => seen.stalls.push(`stalled: ${reason}`),
    onRecovered: () => seen.stalls.push('recovered'),
    ...limits,
  });
  return Object.assign(seen, { it });
}

function record(lane: string, detail: string, bytes = 10): JournalRecord {
  const entry = { Source: 's', DetailType: 't', Time: new Date(), Resources: [], Detail: detail };
  return { id: detail, node: 'pbx-1', lane, entry, bytes };
}

const accept = (details: string[]): PutOutcome[] => details.map(() => ACCEPTED);
const slowly = async (details: string[]): Promise<PutOutcome[]> => {
  await sleep(Math.random() * 3);
  return accept(details);
};

describe('the publisher', () => {
  test('sends a lone record at once', () => {
    const { it, requests } = publisher(accept);
    it.submit(record('a', 'a1'));
    expect(requests).toEqual([['a1']]);
  });

  test('fills requests while others are in flight, up to ten entries', async () => {
    const { it, requests } = publisher(slowly, { concurrency: 1 });
    for (let i = 0; i < 25; i++) it.submit(record(`lane ${i % 7}`, `${i}`));
    await it.idle();
    expect(requests.map(({ length }) => length)).toEqual([1, 10, 10, 4]);
  });

  test('fills requests up to their size, and sends what is larger by itself', async () => {
    const { it, requests } = publisher(slowly, { concurrency: 1, maxBytes: 100 });
    for (const [detail, bytes] of [
      ['first', 10],
      ['b', 60],
      ['c', 40],
      ['huge', 500],
      ['d', 10],
    ] as const) {
      it.submit(record(detail, detail, bytes));
    }
    await it.idle();
    expect(requests).toEqual([['first'], ['b', 'c'], ['huge'], ['d']]);
  });

  test('keeps the order of each lane over many requests in flight, and never has more than allowed', async () => {
    const seen = publisher(slowly);
    for (let i = 0; i < 2000; i++) seen.it.submit(record(`lane ${i % 20}`, `${i % 20}-${i}`));
    await seen.it.idle();
    expect(seen.most).toBe(4);
    expect(seen.accepted).toHaveLength(2000);
    for (let lane = 0; lane < 20; lane++) {
      const inLane = seen.accepted
        .filter((detail) => detail.startsWith(`${lane}-`))
        .map((detail) => Number(detail.split('-')[1]));
      expect(inLane).toEqual(inLane.toSorted((a, b) => a - b));
    }
  });

  test('has no two requests in flight with the same lane', async () => {
    const flying = new Set<string>();
    const twins: string[] = [];
    const { it } = publisher(async (details) => {
      const lanes = new Set(details.map((detail) => detail.split('-')[0] as string));
      for (const lane of lanes) if (flying.has(lane)) twins.push(lane);
      for (const lane of lanes) flying.add(lane);
      const outcomes = await slowly(details);
      for (const lane of lanes) flying.delete(lane);
      return outcomes;
    });
    for (let i = 0; i < 1000; i++) it.submit(record(`${i % 5}`, `${i % 5}-${i}`));
    await it.idle();
    expect(twins).toEqual([]);
  });

  test('sends again what is worth it, in its place in the lane, and says once that it stalls and once that it goes on', async () => {
    const seen = publisher((details, request) =>
      request <= 3 ? details.map(() => ({ status: 'retry', reason: 'ThrottlingException' })) : accept(details),
    );
    for (const detail of ['1', '2', '3']) seen.it.submit(record('a', detail));
    await sleep(0);
    expect(seen.it.stalled).toBe('ThrottlingException');
    await seen.it.idle();
    expect(seen.accepted).toEqual(['1', '2', '3']);
    expect(seen.stalls).toEqual(['stalled: ThrottlingException', 'recovered']);
    expect(seen.it.stalled).toBeUndefined();
  });

  test('honours each entry’s own result', async () => {
    const seen = publisher(
      (details, request) =>
        request === 2
          ? [
              ACCEPTED,
              { status: 'rejected', reason: 'MalformedDetail' },
              { status: 'retry', reason: 'InternalFailure' },
            ]
          : accept(details),
      { concurrency: 1 },
    );
    for (const detail of ['0', 'a', 'b', 'c']) seen.it.submit(record(detail, detail));
    await seen.it.idle();
    expect(seen.accepted).toEqual(['0', 'a', 'c']);
    expect(seen.rejected).toEqual(['b: MalformedDetail']);
    expect(seen.requests).toEqual([['0'], ['a', 'b', 'c'], ['c']]);
  });

  test('is idle when it has nothing', async () => {
    await publisher(accept).it.idle();
  });
});
