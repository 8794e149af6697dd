import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { BackoffBounds } from '../../../connector/backoff.ts';
import type { PutOutcome } from '../../../connector/event-bus.ts';
import { Publisher } from '../../../connector/publisher.ts';
import { busWith } from '../../support/bus-with.ts';
import { readEntry, recordOf } from '../../support/records.ts';
import { until } from '../../support/until.ts';

const ACCEPTED: PutOutcome = { status: 'accepted' };
const THROTTLED: PutOutcome = { status: 'throttled', reason: 'ThrottlingException' };
const FAILED: PutOutcome = { status: 'failed', reason: 'InternalFailure' };
const AWAY: PutOutcome = { status: 'unavailable', reason: 'connect ECONNREFUSED' };

/** A publisher, and what its bus saw: `answer` gets the ids of a request's records and gives their outcomes. */
function publisherOf(
  answer: (ids: string[], request: number) => PutOutcome[] | Promise<PutOutcome[]>,
  {
    maxBytes = 10_000,
    requestEntries = 10,
    concurrency = 4,
    backoff = { baseMs: 2, capMs: 10 },
  }: { concurrency?: number; maxBytes?: number; requestEntries?: number; backoff?: BackoffBounds } = {},
) {
  const requests: string[][] = [];
  const seen = {
    requests,
    accepted: [] as string[],
    rejected: [] as string[],
    retried: [] as string[],
    stalls: [] as string[],
    inFlight: 0,
    most: 0,
  };
  const publisher = new Publisher({
    bus: busWith(
      async (entries) => {
        const ids = entries.map((entry) => JSON.parse(readEntry(entry).Detail).id as string);
        requests.push(ids);
        seen.inFlight += 1;
        seen.most = Math.max(seen.most, seen.inFlight);
        const outcomes = await answer(ids, requests.length);
        seen.inFlight -= 1;
        return outcomes;
      },
      { requestBytes: maxBytes, requestEntries },
    ),
    concurrency,
    backoff,
    onAccepted: ({ id }) => seen.accepted.push(id),
    onRejected: ({ id }, reason) => seen.rejected.push(`${id}: ${reason}`),
    onRetry: ({ id }) => seen.retried.push(id),
    onStalled: (reason) => seen.stalls.push(`stalled: ${reason}`),
    onRecovered: () => seen.stalls.push('recovered'),
  });
  return Object.assign(seen, { publisher });
}

const accept = (ids: string[]): PutOutcome[] => ids.map(() => ACCEPTED);
const slowly = async (ids: string[]): Promise<PutOutcome[]> => {
  await sleep(Math.random() * 3);
  return accept(ids);
};
/** A bus whose requests each wait for `release`. */
function gate() {
  const waiting: (() => void)[] = [];
  return {
    answer: async (ids: string[]): Promise<PutOutcome[]> => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return accept(ids);
    },
    release: () => waiting.shift()?.(),
  };
}
/** Waits until the records of this turn of the event loop are sent. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sorted = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b);

describe('the publisher', () => {
  test('sends a single record in the same turn of the event loop', async () => {
    const { publisher, requests } = publisherOf(accept);
    publisher.submit(recordOf('a', 'a1'));
    await turn();
    expect(requests).toEqual([['a1']]);
  });

  test('sends the records of one turn in one request, whichever socket they came from', async () => {
    const { publisher, requests } = publisherOf(accept);
    for (const lane of ['a', 'b', 'c']) {
      publisher.submit(recordOf(lane, lane));
      // As after each callback of a socket.
      await Promise.resolve();
    }
    await publisher.idle();
    expect(requests).toEqual([['a', 'b', 'c']]);
  });

  test('keeps the limits of its bus', async () => {
    const { publisher, requests } = publisherOf(accept, { requestEntries: 2, concurrency: 1 });
    for (let i = 0; i < 5; i++) publisher.submit(recordOf(`lane ${i}`, `${i}`));
    await publisher.idle();
    expect(requests.map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  test('is idle when it has no record', async () => {
    await publisherOf(accept).publisher.idle();
  });

  test('fills requests while others are in flight, up to ten entries', async () => {
    const { publisher, requests } = publisherOf(slowly, { concurrency: 1 });
    for (let i = 0; i < 25; i++) publisher.submit(recordOf(`lane ${i}`, `${i}`));
    await publisher.idle();
    expect(requests.map(({ length }) => length)).toEqual([10, 10, 5]);
  });

  test('fills requests up to their size, and sends a larger record alone', async () => {
    const { publisher, requests } = publisherOf(slowly, { concurrency: 1, maxBytes: 1000 });
    for (const [id, filler] of [
      ['first', 1],
      ['b', 500],
      ['c', 300],
      ['huge', 5000],
      ['d', 1],
    ] as const) {
      publisher.submit(recordOf(id, id, { filler }));
    }
    await publisher.idle();
    expect(requests).toEqual([['first', 'b', 'c'], ['huge'], ['d']]);
  });

  test('fills a request with several records of one lane, in their order', async () => {
    const { publisher, requests } = publisherOf(slowly, { concurrency: 1 });
    for (let i = 0; i < 12; i++) publisher.submit(recordOf('a', `${i}`));
    await publisher.idle();
    expect(requests.map(({ length }) => length)).toEqual([10, 2]);
    expect(requests.flat().map(Number)).toEqual(sorted(requests.flat().map(Number)));
  });

  test('gives every lane a place in the next request before any lane has two', async () => {
    const { publisher, requests } = publisherOf(accept, { concurrency: 1 });
    for (let i = 0; i < 20; i++) publisher.submit(recordOf('busy', `busy ${i}`));
    for (let i = 0; i < 9; i++) publisher.submit(recordOf(`quiet ${i}`, `quiet ${i}`));
    await publisher.idle();
    expect(requests[0]?.filter((id) => id.startsWith('quiet'))).toHaveLength(9);
  });

  test('keeps the order of each lane over many requests, and has at most `concurrency` in flight', async () => {
    const seen = publisherOf(slowly);
    for (let i = 0; i < 2000; i++) seen.publisher.submit(recordOf(`lane ${i % 100}`, `${i % 100}-${i}`));
    await seen.publisher.idle();
    expect(seen.most).toBe(4);
    expect(seen.accepted).toHaveLength(2000);
    for (let lane = 0; lane < 100; lane++) {
      const inLane = seen.accepted.filter((id) => id.startsWith(`${lane}-`)).map((id) => Number(id.split('-')[1]));
      expect(inLane).toEqual(sorted(inLane));
    }
  });

  test('never has two requests with the same lane in flight', async () => {
    const flying = new Set<string>();
    const inTwo: string[] = [];
    const { publisher } = publisherOf(async (ids) => {
      const lanes = new Set(ids.map((id) => id.split('-')[0] as string));
      for (const lane of lanes) if (flying.has(lane)) inTwo.push(lane);
      for (const lane of lanes) flying.add(lane);
      const outcomes = await slowly(ids);
      for (const lane of lanes) flying.delete(lane);
      return outcomes;
    });
    for (let i = 0; i < 1000; i++) publisher.submit(recordOf(`${i % 5}`, `${i % 5}-${i}`));
    await publisher.idle();
    expect(inTwo).toEqual([]);
  });

  test('sends both backlog and live records, so that neither starves', async () => {
    const { answer, release } = gate();
    const { publisher, requests } = publisherOf(answer, { concurrency: 1 });
    for (let i = 0; i < 100; i++) publisher.submit(recordOf(`old ${i}`, `old ${i}`), 'backlog');
    for (let i = 0; i < 100; i++) publisher.submit(recordOf(`new ${i}`, `new ${i}`), 'live');
    await turn();
    for (let sent = 1; sent < 10; sent++) {
      release();
      await until('the next request', () => requests.length > sent);
    }
    const live = requests.map((ids) => ids.filter((id) => id.startsWith('new')).length);
    expect(live.filter((count) => count === 10)).toHaveLength(8);
    expect(live.filter((count) => count === 0)).toHaveLength(2);
  });
});

describe('while the bus cannot be reached, the publisher', () => {
  test('sends every record again in its order, and reports once that it is stalled and once that it has recovered', async () => {
    let away = true;
    const seen = publisherOf((ids) => ids.map(() => (away ? AWAY : ACCEPTED)));
    for (const id of ['1', '2', '3']) seen.publisher.submit(recordOf('a', id));
    await until('several attempts', () => seen.requests.length > 3);
    expect(seen.publisher.stalled).toBe('connect ECONNREFUSED');
    away = false;
    await seen.publisher.idle();
    expect(seen.accepted).toEqual(['1', '2', '3']);
    expect(seen.stalls).toEqual(['stalled: connect ECONNREFUSED', 'recovered']);
    expect(seen.publisher.stalled).toBeUndefined();
  });

  test('sends again at once after one failed request, and does not report it', async () => {
    const seen = publisherOf((ids, request) => ids.map(() => (request === 1 ? AWAY : ACCEPTED)));
    seen.publisher.submit(recordOf('a', '1'));
    await turn();
    expect(seen.accepted).toEqual(['1']);
    expect(seen.stalls).toEqual([]);
  });

  test('sends one request at a time', async () => {
    let away = true;
    const seen = publisherOf(async (ids) => {
      await sleep(1);
      return ids.map(() => (away ? AWAY : ACCEPTED));
    });
    for (let i = 0; i < 100; i++) seen.publisher.submit(recordOf(`lane ${i}`, `${i}`));
    await until('the stall', () => seen.stalls.length > 0);
    await until('the earlier requests to end', () => seen.inFlight === 0);
    seen.most = 0;
    const before = seen.requests.length;
    await until('further attempts', () => seen.requests.length > before + 3);
    expect(seen.most).toBe(1);
    away = false;
    await seen.publisher.idle();
    expect(seen.accepted).toHaveLength(100);
    expect(seen.most).toBeGreaterThan(1);
  });

  test('does not recover on the answer to a request that was sent before the outage', async () => {
    const slow = Promise.withResolvers<void>();
    let away = true;
    const seen = publisherOf(async (ids) => {
      if (ids.includes('slow')) {
        await slow.promise;
        return accept(ids);
      }
      return ids.map(() => (away ? AWAY : ACCEPTED));
    });
    seen.publisher.submit(recordOf('slow', 'slow'));
    await turn();
    seen.publisher.submit(recordOf('fast', 'fast'));
    await until('the stall', () => seen.stalls.length === 1);
    slow.resolve();
    await until('the late answer', () => seen.accepted.includes('slow'));
    expect(seen.stalls).toEqual(['stalled: connect ECONNREFUSED']);
    away = false;
    await seen.publisher.idle();
    expect(seen.stalls.at(-1)).toBe('recovered');
  });
});

describe('when one entry makes each request fail that contains it, the publisher', () => {
  const poisoned = (ids: string[]): PutOutcome[] => ids.map(() => (ids.includes('poison') ? AWAY : ACCEPTED));

  test('sends it alone after two failures, rejects it with the reason, and publishes the rest of its lane', async () => {
    const seen = publisherOf(poisoned);
    for (const id of ['poison', 'next', 'last']) seen.publisher.submit(recordOf('a', id));
    for (let i = 0; i < 30; i++) seen.publisher.submit(recordOf(`lane ${i}`, `${i}`));
    const others = setInterval(() => seen.publisher.submit(recordOf('others', `other ${seen.requests.length}`)), 1);
    await until('the rejection', () => seen.rejected.length > 0);
    clearInterval(others);
    await seen.publisher.idle();
    expect(seen.rejected).toEqual([
      'poison: each request with this entry fails, and others do not: connect ECONNREFUSED',
    ]);
    const withIt = seen.requests.filter((ids) => ids.includes('poison'));
    expect(withIt.slice(2).every((ids) => ids.length === 1)).toBe(true);
    expect(seen.accepted.filter((id) => !id.startsWith('other'))).toHaveLength(32);
    expect(seen.accepted.indexOf('next')).toBeLessThan(seen.accepted.indexOf('last'));
    expect(seen.publisher.stalled).toBeUndefined();
  });

  test('does not delay others on a quiet bus once it is suspected, also where nothing else was waiting', async () => {
    const seen = publisherOf(poisoned, { backoff: { baseMs: 500, capMs: 500 } });
    seen.publisher.submit(recordOf('a', 'poison'));
    await turn();
    for (let i = 0; i < 20; i++) {
      seen.publisher.submit(recordOf(`lane ${i}`, `${i}`));
      await until(`record ${i}`, () => seen.accepted.includes(`${i}`), i === 0 ? 5000 : 100);
      await sleep(2);
    }
    expect(seen.stalls.at(-1)).toBe('recovered');
  });

  test('rejects no record of a bus that fails at every second request, or that was away for long', async () => {
    let away = true;
    const seen = publisherOf((ids, request) => ids.map(() => (away || request % 2 === 0 ? AWAY : ACCEPTED)));
    for (let i = 0; i < 200; i++) seen.publisher.submit(recordOf(`lane ${i}`, `${i}`));
    await until('many failures', () => seen.requests.length > 50);
    away = false;
    await seen.publisher.idle();
    expect(seen.rejected).toEqual([]);
    expect(seen.accepted).toHaveLength(200);
  });
});

describe('on a bus that fails at random, the publisher', () => {
  test.each([0.5, 0.75, 0.9])('rejects no record where a share of %d of the requests fails', async (share) => {
    let state = 1;
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const seen = publisherOf((ids) => (random() < share ? ids.map(() => AWAY) : accept(ids)), {
      backoff: { baseMs: 0.1, capMs: 0.1 },
    });
    for (let i = 0; i < 400; i++) seen.publisher.submit(recordOf(`lane ${i}`, `${i}`));
    await seen.publisher.idle();
    expect(seen.rejected).toEqual([]);
  });
});

describe('with several nodes, the publisher', () => {
  test('gives each node that has records a place in each request', async () => {
    const { publisher, requests } = publisherOf(slowly, { concurrency: 1 });
    for (let i = 0; i < 500; i++) publisher.submit(recordOf(`noisy/${i}`, `noisy ${i}`, { node: 'noisy' }));
    for (let i = 0; i < 20; i++) publisher.submit(recordOf(`quiet/${i}`, `quiet ${i}`, { node: 'quiet' }));
    await publisher.idle();
    expect(requests.slice(0, 4).map((ids) => ids.filter((id) => id.startsWith('quiet')).length)).toEqual([5, 5, 5, 5]);
  });

  test('lets each node have its share where the bus accepts one entry of a request', async () => {
    const seen = publisherOf((ids) => ids.map((_, index) => (index === 0 ? ACCEPTED : THROTTLED)), {
      concurrency: 1,
      backoff: { baseMs: 0.1, capMs: 0.1 },
    });
    for (let i = 0; i < 80; i++) seen.publisher.submit(recordOf(`noisy/${i % 8}`, `noisy ${i}`, { node: 'noisy' }));
    for (let i = 0; i < 20; i++) seen.publisher.submit(recordOf(`quiet/${i % 4}`, `quiet ${i}`, { node: 'quiet' }));
    await seen.publisher.idle();
    const first = seen.accepted.slice(0, 40).filter((id) => id.startsWith('quiet'));
    expect(first.length).toBeGreaterThanOrEqual(18);
  });

  test('lets nodes take turns also with records that are sent alone, as they were in failed requests', async () => {
    let away = true;
    const seen = publisherOf((ids) => ids.map(() => (away ? AWAY : ACCEPTED)), {
      concurrency: 1,
      backoff: { baseMs: 0.1, capMs: 0.1 },
    });
    for (let i = 0; i < 60; i++) seen.publisher.submit(recordOf(`noisy/${i}`, `noisy ${i}`, { node: 'noisy' }));
    for (let i = 0; i < 3; i++) seen.publisher.submit(recordOf(`quiet/${i}`, `quiet ${i}`, { node: 'quiet' }));
    await until('each record to be in two failed requests', () => {
      const failures = new Map<string, number>();
      for (const id of seen.requests.flat()) failures.set(id, (failures.get(id) ?? 0) + 1);
      return failures.size === 63 && Math.min(...failures.values()) >= 2;
    });
    away = false;
    await seen.publisher.idle();
    expect(seen.accepted.slice(0, 8).filter((id) => id.startsWith('quiet'))).toHaveLength(3);
  });

  test('delays a quiet node little while the bus throttles half of what a noisy node sends', async () => {
    const sentAt = new Map<string, number>();
    const delays: number[] = [];
    const PER_SECOND = 800;
    let tokens = 20;
    let filledAt = performance.now();
    const seen = publisherOf(async (ids) => {
      await sleep(2);
      tokens = Math.min(20, tokens + ((performance.now() - filledAt) / 1000) * PER_SECOND);
      filledAt = performance.now();
      return ids.map((id) => {
        if (tokens < 1) return THROTTLED;
        tokens -= 1;
        if (sentAt.has(id)) delays.push(performance.now() - (sentAt.get(id) as number));
        return ACCEPTED;
      });
    });
    let noisy = 0;
    for (const end = performance.now() + 3000; performance.now() < end; await sleep(10)) {
      for (let i = 0; i < 16; i++) seen.publisher.submit(recordOf(`noisy/${noisy}`, `${noisy++}`, { node: 'noisy' }));
      const id = `quiet ${sentAt.size}`;
      sentAt.set(id, performance.now());
      seen.publisher.submit(recordOf(id, id, { node: 'quiet' }));
    }
    await until('the quiet records', () => delays.length === sentAt.size);
    const p99 = sorted(delays)[Math.floor(delays.length * 0.99)] as number;
    expect(p99).toBeLessThan(1000);
    const possible = Math.min(noisy + sentAt.size, 3 * PER_SECOND);
    expect(seen.accepted.length, 'the bus is used').toBeGreaterThan(0.5 * possible);
  });
});

describe('when single entries fail, the publisher', () => {
  test('treats each entry by its own outcome', async () => {
    const seen = publisherOf(
      (ids, request) =>
        request === 2 ? [ACCEPTED, { status: 'rejected', reason: 'MalformedDetail' }, FAILED] : accept(ids),
      { concurrency: 1 },
    );
    seen.publisher.submit(recordOf('0', '0'));
    await seen.publisher.idle();
    for (const id of ['a', 'b', 'c']) seen.publisher.submit(recordOf(id, id));
    await seen.publisher.idle();
    expect(seen.accepted).toEqual(['0', 'a', 'c']);
    expect(seen.rejected).toEqual(['b: MalformedDetail']);
    expect(seen.retried).toEqual(['c']);
    expect(seen.requests).toEqual([['0'], ['a', 'b', 'c'], ['c']]);
    expect(seen.stalls).toEqual([]);
  });

  test('sends the records of other lanes meanwhile', async () => {
    let poisoned = true;
    const seen = publisherOf((ids) => ids.map((id) => (poisoned && id === 'poison' ? FAILED : ACCEPTED)));
    seen.publisher.submit(recordOf('poison', 'poison'));
    for (let i = 0; i < 50; i++) seen.publisher.submit(recordOf(`lane ${i}`, `${i}`));
    await until('all the others', () => seen.accepted.length === 50);
    await until('several attempts', () => seen.retried.length > 3);
    poisoned = false;
    await seen.publisher.idle();
    expect(seen.accepted.at(-1)).toBe('poison');
  });

  test('sends one record of a lane in each request until fifty requests had no failed entry', async () => {
    let failing = true;
    const seen = publisherOf((ids) => {
      const outcomes = ids.map(() => (failing ? FAILED : ACCEPTED));
      failing = false;
      return outcomes;
    });
    for (let i = 0; i < 60; i++) seen.publisher.submit(recordOf('a', `${i}`));
    await seen.publisher.idle();
    const [first, ...after] = seen.requests;
    expect(first).toHaveLength(10);
    expect(after.slice(0, 50).map(({ length }) => length)).toEqual(Array(50).fill(1));
    expect(after[50]).toHaveLength(10);
  });

  test('keeps the order of each lane after the first failed entry', async () => {
    const refused = new Set<string>();
    const seen = publisherOf(async (ids) => {
      await sleep(Math.random());
      return ids.map((id) => {
        if (Number(id.split('-')[1]) % 7 !== 0 || refused.has(id)) return ACCEPTED;
        refused.add(id);
        return FAILED;
      });
    });
    // After the first failed entry no request contains two records of a lane.
    seen.publisher.submit(recordOf('first', 'first-0'));
    await seen.publisher.idle();
    for (let i = 1; i <= 300; i++) seen.publisher.submit(recordOf(`${i % 6}`, `${i % 6}-${i}`));
    await seen.publisher.idle();
    for (let lane = 0; lane < 6; lane++) {
      const order = seen.accepted.filter((id) => id.startsWith(`${lane}-`)).map((id) => Number(id.split('-')[1]));
      expect(order).toEqual(sorted(order));
    }
    expect(seen.accepted).toHaveLength(301);
  });

  test('lowers the number of requests in flight while entries are throttled, and raises it again afterwards', async () => {
    let throttled = true;
    const seen = publisherOf(
      async (ids) => {
        await sleep(1);
        return ids.map(() => (throttled ? THROTTLED : ACCEPTED));
      },
      { concurrency: 8 },
    );
    for (let i = 0; i < 400; i++) seen.publisher.submit(recordOf(`lane ${i}`, `${i}`));
    await until('many throttled requests', () => seen.requests.length > 40);
    await until('at most one request in flight', () => seen.inFlight <= 1);
    seen.most = 0;
    const before = seen.requests.length;
    await until('more requests', () => seen.requests.length > before + 5);
    expect(seen.most).toBe(1);
    expect(seen.stalls).toEqual([]);
    throttled = false;
    await seen.publisher.idle();
    expect(seen.most).toBeGreaterThan(2);
    expect(seen.most).toBeLessThanOrEqual(8);
    expect(seen.accepted).toHaveLength(400);
  });
});
