import { describe, expect, test } from 'vitest';
import { type AriClient, type AriResponse, createAriClient } from '../../../lib/ari/client.ts';
import type { CallFunctions } from '../../../lib/call-handler/call-functions.ts';
import { type CallHandlerOptions, callHandler } from '../../../lib/call-handler/call-handler.ts';
import type { DeadLetter } from '../../../lib/call-handler/dead-letter.ts';
import { GiveUp } from '../../../lib/call-handler/give-up.ts';
import type { OnceStore } from '../../../lib/call-handler/once.ts';
import type { AriEventType, CallEventEnvelope } from '../../../lib/events/call-event.ts';
import { createLog } from '../../../lib/log.ts';

/** An event as Lambda passes it to a handler. */
function envelope(
  type: AriEventType,
  { id = 'c-1', replay, fields = {} }: { id?: string; replay?: string; fields?: object } = {},
) {
  const metadata = { id, node: 'pbx-1', channelId: '1.0', callId: '1.0', connection: 'c', sequence: 1, receivedAt: '' };
  return {
    detail: { type, metadata, ...fields },
    ...(replay && { 'replay-name': replay }),
  } as unknown as CallEventEnvelope;
}

/** A handler whose ARI answers by path as the test sets it; keeps its log lines. */
function handlerOf(
  functions: CallFunctions,
  answer: (path: string) => Partial<AriResponse> = () => ({}),
  options: CallHandlerOptions = {},
) {
  const lines: string[] = [];
  const nodes: string[] = [];
  const clientOf = (node: string): AriClient => {
    nodes.push(node);
    const request = async ({ path }: { path: string }) => ({ status: 204, reason: '', body: '', ...answer(path) });
    return createAriClient({ request, close: () => {} });
  };
  const handler = callHandler(functions, { clientOf, log: createLog({}, (line) => lines.push(line)), ...options });
  return { handler, lines, nodes };
}

describe('a call handler', () => {
  test('runs the function of the event, with the event, its channel, its node and a log that names them', async () => {
    const digits: string[] = [];
    const { handler, lines, nodes } = handlerOf({
      ChannelDtmfReceived: async ({ event, channel, log }) => {
        digits.push(`${event.digit} ${channel.id}`);
        log.info('Pressed');
      },
    });
    await handler(envelope('ChannelDtmfReceived', { fields: { digit: '4' } }));
    expect(digits).toEqual(['4 1.0']);
    expect(nodes).toEqual(['pbx-1']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      message: 'Pressed',
      event: 'ChannelDtmfReceived',
      node: 'pbx-1',
      channel: '1.0',
    });
  });

  test('ignores events that it has no function for, even those named like properties of objects', async () => {
    const { handler, nodes } = handlerOf({});
    await handler(envelope('StasisEnd'));
    await handler(envelope('constructor' as AriEventType));
    expect(nodes).toEqual([]);
    expect(handler.eventTypes).toEqual([]);
  });

  test('handles an event that arrives twice once, even when both arrive together', async () => {
    let runs = 0;
    const { handler } = handlerOf({ StasisStart: async () => runs++ });
    await Promise.all([handler(envelope('StasisStart')), handler(envelope('StasisStart'))]);
    await handler(envelope('StasisStart'));
    await handler(envelope('StasisStart', { id: 'c-2' }));
    expect(runs).toBe(2);
  });

  test('handles an event again whose first run failed: Lambda retries with the same event', async () => {
    let runs = 0;
    const { handler } = handlerOf({
      StasisStart: async () => {
        runs += 1;
        if (runs === 1) throw new Error('first');
      },
    });
    await expect(handler(envelope('StasisStart'))).rejects.toThrow('first');
    await handler(envelope('StasisStart'));
    expect(runs).toBe(2);
  });

  test('ignores replays, whose calls are over, unless they are requested', async () => {
    let runs = 0;
    const functions: CallFunctions = { StasisStart: async () => runs++ };
    await handlerOf(functions).handler(envelope('StasisStart', { replay: 'r' }));
    expect(runs).toBe(0);
    await handlerOf(functions, undefined, { replays: true }).handler(envelope('StasisStart', { replay: 'r' }));
    expect(runs).toBe(1);
  });

  test('lists the types that it has functions for', () => {
    const { handler } = handlerOf({ StasisStart: async () => {}, Dial: async () => {} });
    expect(handler.eventTypes).toEqual(['StasisStart', 'Dial']);
  });

  test('runs a synchronous function as well, and fails with what it throws', async () => {
    const { handler, lines } = handlerOf({ StasisStart: ({ log }) => log.info('Called') });
    await handler(envelope('StasisStart'));
    expect(lines.join()).toContain('Called');
    const failing = handlerOf({
      StasisStart: () => {
        throw new Error('at once');
      },
    });
    await expect(failing.handler(envelope('StasisStart'))).rejects.toThrow('at once');
  });

  test('throws where a function asks for the channel of an event that concerns none', async () => {
    const { handler } = handlerOf({ PlaybackFinished: ({ channel }) => channel.hangup() });
    const event = envelope('PlaybackFinished');
    delete event.detail.metadata.channelId;
    await expect(handler(event)).rejects.toThrow('This PlaybackFinished concerns no channel');
  });
});

describe('a command that fails', () => {
  const answer = { StasisStart: ({ channel }) => channel.answer() } satisfies CallFunctions;

  test.each([404, 409])('with %i because the caller hung up meanwhile is not an error', async (status) => {
    const { handler, lines } = handlerOf(answer, (path) => ({ status: path.endsWith('/answer') ? status : 404 }));
    await handler(envelope('StasisStart'));
    expect(lines.join()).toContain('The caller hung up meanwhile');
  });

  test.each([404, 409, 500])('with %i on an existing channel fails the invocation', async (status) => {
    const { handler } = handlerOf(answer, (path) =>
      path.endsWith('/answer') ? { status } : { status: 200, body: '{"id":"1.0"}' },
    );
    await expect(handler(envelope('StasisStart'))).rejects.toMatchObject({ status });
  });

  test.each([401, 503])('with %i fails the invocation, without another request to Asterisk', async (status) => {
    const paths: string[] = [];
    const answers = (path: string): Partial<AriResponse> => {
      paths.push(path);
      return { status };
    };
    const functions: CallFunctions = { PlaybackStarted: ({ channel }) => channel.answer() };
    const { handler } = handlerOf(functions, answers, { againAfterMs: [] });
    await expect(handler(envelope('PlaybackStarted'))).rejects.toMatchObject({ status });
    expect(paths).toHaveLength(1);
  });
});

describe('the context of an event', () => {
  const told = async (events: { sequence: number; recovered?: true }[]) => {
    const seen: { late: boolean; recovered: boolean }[] = [];
    const { handler } = handlerOf({
      StasisStart: async ({ late, recovered }) => void seen.push({ late, recovered }),
    });
    for (const { sequence, ...more } of events) {
      const event = envelope('StasisStart', { id: `c-${sequence}` });
      Object.assign(event.detail.metadata, { channelSequence: sequence, ...more });
      await handler(event);
    }
    return seen;
  };

  test('it is late where a later event of the channel came before', async () => {
    const seen = await told([{ sequence: 1 }, { sequence: 3 }, { sequence: 2 }, { sequence: 4 }]);
    expect(seen.map(({ late }) => late)).toEqual([false, false, true, false]);
  });

  test('it is recovered where the connector rebuilt it', async () => {
    const seen = await told([{ sequence: 1, recovered: true }, { sequence: 2 }]);
    expect(seen.map(({ recovered }) => recovered)).toEqual([true, false]);
  });
});

describe('a failure that is final', () => {
  const giveUp = { StasisStart: () => Promise.reject(new GiveUp('no such room')) };

  test('becomes a dead letter at once, without a retry of Lambda', async () => {
    const letters: [string, string][] = [];
    const deadLetter: DeadLetter = async ({ detail }, error) => void letters.push([detail.metadata.id, error.message]);
    const { handler, lines } = handlerOf(giveUp, undefined, { deadLetter });
    await handler(envelope('StasisStart'));
    expect(letters).toEqual([['c-1', 'no such room']]);
    expect(lines.join()).toContain('Gave up on the event, which is now a dead letter: no such room');
  });

  test('is a command that Asterisk rejects as it is, and no other of its refusals', async () => {
    const letters: string[] = [];
    const deadLetter: DeadLetter = async (_, error) => void letters.push(error.message);
    for (const [status, final] of [
      [400, true],
      [409, false],
      [401, false],
      [503, false],
    ] as const) {
      const functions: CallFunctions = { StasisStart: ({ ari }) => ari.bridges.get({ bridgeId: 'b' }) };
      const answer = (path: string) => (path === '/bridges/b' ? { status } : { status: 200, body: '{}' });
      const handling = handlerOf(functions, answer, { deadLetter }).handler(envelope('StasisStart'));
      await (final ? handling : expect(handling).rejects.toMatchObject({ status }));
    }
    expect(letters).toHaveLength(1);
  });

  test('is thrown where the dead letter cannot be stored, or there is no queue', async () => {
    const deadLetter: DeadLetter = () => Promise.reject(new Error('no queue'));
    await expect(handlerOf(giveUp).handler(envelope('StasisStart'))).rejects.toThrow('no such room');
    const { handler, lines } = handlerOf(giveUp, undefined, { deadLetter });
    await expect(handler(envelope('StasisStart'))).rejects.toThrow('no such room');
    expect(lines.join()).toContain('could not store the dead letter: no queue');
  });
});

test('a store is given the time that the invocation has left', async () => {
  const given: (number | undefined)[] = [];
  const once: OnceStore = {
    run: async (_, work, remainingMs) => {
      given.push(remainingMs);
      await work();
      return true;
    },
  };
  const { handler } = handlerOf({ StasisStart: () => {} }, undefined, { once });
  await handler(envelope('StasisStart'), { getRemainingTimeInMillis: () => 9500 });
  await handler.withOptions({})(envelope('StasisStart'));
  expect(given).toEqual([9500, undefined]);
});

test('a function that uses no bridges needs no client with bridges', async () => {
  const handler = callHandler(
    { StasisStart: ({ ari }) => expect(ari.bridges).toBeUndefined() },
    { clientOf: () => ({}) as never },
  );
  await handler(envelope('StasisStart'));
});

test('with a store an event is not handled again in another environment', async () => {
  const done = new Set<string>();
  const once: OnceStore = {
    run: async (id, work) => {
      if (done.has(id)) return false;
      await work();
      done.add(id);
      return true;
    },
  };
  const runs: string[] = [];
  const functions: CallFunctions = { StasisStart: async ({ event }) => void runs.push(event.metadata.id) };
  const { handler, lines } = handlerOf(functions, undefined, { once });
  await handler(envelope('StasisStart'));
  await handler.withOptions({})(envelope('StasisStart'));
  expect(runs).toHaveLength(1);
  expect(lines.join()).toContain('handled before');
});

describe('an event for which Asterisk is not available', () => {
  const booting = (times: number) => {
    let left = times;
    return (path: string) => (path.endsWith('/record') && left-- > 0 ? { status: 503 } : {});
  };
  const answers = (answer: (path: string) => Partial<AriResponse>, options: CallHandlerOptions = {}) => {
    let runs = 0;
    const made = handlerOf(
      {
        ChannelDtmfReceived: async ({ channel }) => {
          runs += 1;
          await channel.record({ name: 'r', format: 'wav' });
        },
      },
      answer,
      { againAfterMs: [1, 1], ...options },
    );
    return { ...made, runs: () => runs };
  };

  test('is handled again at once, twice at most, and the log says so', async () => {
    const { handler, lines, runs } = answers(booting(2));
    await handler(envelope('ChannelDtmfReceived'));
    expect(runs()).toBe(3);
    expect(lines.filter((line) => line.includes('Trying the event again in 1 ms'))).toHaveLength(2);
    const never = answers(booting(99));
    await expect(never.handler(envelope('ChannelDtmfReceived'))).rejects.toMatchObject({ kind: 'unavailable' });
    expect(never.runs()).toBe(3);
  });

  test('is left to Lambda where the invocation has no time, and where the handler wants that', async () => {
    const hasNoTime = answers(booting(1));
    await expect(
      hasNoTime.handler(envelope('ChannelDtmfReceived'), { getRemainingTimeInMillis: () => 1500 }),
    ).rejects.toMatchObject({ kind: 'unavailable' });
    const wantsNone = answers(booting(1), { againAfterMs: [] });
    await expect(wantsNone.handler(envelope('ChannelDtmfReceived'))).rejects.toMatchObject({ kind: 'unavailable' });
    expect([hasNoTime.runs(), wantsNone.runs()]).toEqual([1, 1]);
  });

  test('is not one whose function fails by itself', async () => {
    let runs = 0;
    const { handler } = handlerOf(
      {
        ChannelDtmfReceived: () => {
          runs += 1;
          throw new TypeError('a bug');
        },
      },
      () => ({}),
      { againAfterMs: [1] },
    );
    await expect(handler(envelope('ChannelDtmfReceived'))).rejects.toThrow('a bug');
    expect(runs).toBe(1);
  });
});
