import { type CallFunctions, type ConnectorEventEnvelope, callHandler, createAriClient, GiveUp } from 'ari-eventbridge';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { connectorEntry } from '../../../lib/events/connector-event.ts';
import { createLog } from '../../../lib/log.ts';

/** A gap as Lambda passes it to a handler. */
function gap(more: object = {}): ConnectorEventEnvelope {
  const { Source, DetailType, Detail } = connectorEntry(
    'Gap',
    { node: 'pbx-1', apps: ['a'], connection: 'c', to: '2026-11-23T12:00:00.000Z', cause: 'network' },
    'id-1',
  );
  return { source: Source, 'detail-type': DetailType, detail: JSON.parse(Detail), ...more } as ConnectorEventEnvelope;
}

function handlerOf(functions: CallFunctions, options: Parameters<typeof callHandler>[1] = {}) {
  const lines: string[] = [];
  const asked: string[] = [];
  const handler = callHandler(functions, {
    clientOf: (node) =>
      createAriClient({
        request: async ({ method, path }) => {
          asked.push(`${node} ${method} ${path}`);
          return { status: 200, reason: 'OK', body: '{}' };
        },
        close: () => {},
      }),
    log: createLog({}, (line) => lines.push(line)),
    ...options,
  });
  return { handler, lines, asked };
}

describe('a call handler', () => {
  test('runs its function for an event of the connector, with the event, ARI of its node and a log that names them', async () => {
    const { handler, lines, asked } = handlerOf({
      Gap: async ({ event, ari, log }) => {
        await ari.applications.subscribe({ applicationName: event.apps.join(), eventSource: 'bridge:' });
        log.warn('A gap', { cause: event.cause });
      },
    });
    await handler(gap());
    expect(asked).toEqual(['pbx-1 POST /applications/a/subscription']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'Gap', id: 'id-1', node: 'pbx-1', cause: 'network' });
  });

  test('handles an event of the connector once, and none of a replay', async () => {
    let runs = 0;
    const { handler } = handlerOf({ Gap: () => runs++ });
    await handler(gap({ 'replay-name': 'yesterday' }));
    expect(runs).toBe(0);
    await Promise.all([handler(gap()), handler(gap())]);
    expect(runs).toBe(1);
  });

  test('throws what its function throws, so that Lambda retries, and makes a final failure a dead letter', async () => {
    const letters: unknown[] = [];
    const failing = handlerOf({ Gap: () => Promise.reject(new Error('no')) });
    await expect(failing.handler(gap())).rejects.toThrow('no');
    const final = handlerOf(
      { Gap: () => Promise.reject(new GiveUp('final')) },
      { deadLetter: async (envelope) => void letters.push(envelope) },
    );
    await final.handler(gap());
    expect(letters).toEqual([gap()]);
  });

  test('does not take an event of Asterisk for one of the connector, nor the other way round', async () => {
    const ran: string[] = [];
    const { handler } = handlerOf({ Gap: () => ran.push('Gap'), StasisStart: () => ran.push('StasisStart') });
    const ofAsterisk = { type: 'Gap', metadata: gap().detail.metadata };
    await handler(gap({ source: 'asterisk.ari', detail: ofAsterisk }));
    await handler(gap({ 'detail-type': 'StasisStart' }));
    expect(ran).toEqual([]);
  });

  test('names the types of both kinds separately, for the two rules', () => {
    const { handler } = handlerOf({ StasisStart: () => {}, Gap: () => {}, NodeConnected: () => {} });
    expect(handler.eventTypes).toEqual(['StasisStart']);
    expect(handler.connectorEventTypes).toEqual(['Gap', 'NodeConnected']);
  });
});

test('the functions have the types of the connector’s events', () => {
  callHandler({
    Gap: ({ event }) => void expectTypeOf(event.from).toEqualTypeOf<string | undefined>(),
    NodeConnected: ({ event }) => void expectTypeOf(event.apps).toEqualTypeOf<string[]>(),
    // @ts-expect-error: a gap concerns no channel
    EventsDropped: ({ channel }) => channel,
    // @ts-expect-error: NodeConnected
    NodeConnect: () => {},
  });
  expectTypeOf<ConnectorEventEnvelope<'Gap'>['detail']['metadata']['id']>().toEqualTypeOf<string>();
});
