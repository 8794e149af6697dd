import { describe, expect, test } from 'vitest';
import { createAriClient } from '../../../lib/ari/client.ts';
import { webSocketTransport } from '../../../lib/ari/websocket-transport.ts';

interface Frame {
  request_id: string;
  uri: string;
  [key: string]: unknown;
}

/** A client whose frames are kept; the test answers them. */
function wire(options: { maxUnderWay?: number; timeoutMs?: number } = {}) {
  const frames: Frame[] = [];
  const transport = webSocketTransport({ send: (text) => frames.push(JSON.parse(text)), ...options });
  const answer = ({ request_id, uri }: Frame, status_code = 200, body: unknown = { uri }) =>
    transport.receive({
      type: 'RESTResponse',
      request_id,
      status_code,
      reason_phrase: 'Reason',
      ...(body !== undefined && { message_body: JSON.stringify(body) }),
    });
  return { ari: createAriClient(transport, { timeoutMs: options.timeoutMs ?? 2000 }), transport, frames, answer };
}

const ticks = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('commands over the WebSocket', () => {
  test('are sent as RESTRequest frames, with the parameters in the body and the path encoded', async () => {
    const { ari, frames, answer } = wire();
    const done = ari.channels.originateWithId({ channelId: 'a/b', endpoint: 'PJSIP/ä&b', variables: { X: '1' } });
    await ticks();
    expect(frames).toEqual([
      {
        type: 'RESTRequest',
        transaction_id: '1',
        request_id: '1',
        method: 'POST',
        uri: 'channels/a%2Fb',
        query_strings: [],
        content_type: 'application/json',
        message_body: '{"endpoint":"PJSIP/ä&b","variables":{"X":"1"}}',
      },
    ]);
    expect(answer(frames[0] as Frame)).toBe(true);
    expect(await done).toEqual({ uri: 'channels/a%2Fb' });
  });

  test('get their responses by id, in any order', async () => {
    const { ari, frames, answer } = wire();
    const both = Promise.all([ari.channels.get({ channelId: 'one' }), ari.channels.get({ channelId: 'two' })]);
    await ticks();
    for (const frame of frames.toReversed()) answer(frame);
    expect(await both).toEqual([{ uri: 'channels/one' }, { uri: 'channels/two' }]);
  });

  test('fail with the same errors as over HTTP', async () => {
    const { ari, frames, answer } = wire();
    const done = ari.channels.get({ channelId: 'c' });
    await ticks();
    answer(frames[0] as Frame, 404, { message: 'Channel not found' });
    await expect(done).rejects.toMatchObject({ kind: 'gone', status: 404, operation: 'channels.get' });
  });

  test('that are too large for a frame are refused before they are sent: Asterisk would close the socket', async () => {
    const { ari, frames } = wire();
    const tooMuch = { channelId: 'c', variables: { V: '"'.repeat(20_000) } };
    const error = await ari.channels.setChannelVars(tooMuch).catch((e) => e);
    expect(error).toMatchObject({ kind: 'rejected', status: 413 });
    expect(error.message).toMatch(/expected a command of at most 65535 bytes over the WebSocket, got 80\d\d\d/);
    expect(frames).toEqual([]);
  });

  test('wait for their turn when the maximum of commands is pending', async () => {
    const { ari, frames, answer } = wire({ maxUnderWay: 2 });
    const all = Promise.all(['a', 'b', 'c', 'd'].map((channelId) => ari.channels.get({ channelId })));
    await ticks();
    expect(frames.map(({ uri }) => uri)).toEqual(['channels/a', 'channels/b']);
    answer(frames[1] as Frame);
    await ticks();
    expect(frames.map(({ uri }) => uri)).toEqual(['channels/a', 'channels/b', 'channels/c']);
    for (const i of [0, 2]) answer(frames[i] as Frame);
    await ticks();
    answer(frames[3] as Frame);
    expect(await all).toHaveLength(4);
  });

  test('give up at their timeout, those that wait for their turn too, and make room', async () => {
    const { ari, frames, answer } = wire({ maxUnderWay: 1 });
    const first = ari.channels.get({ channelId: 'slow' }, { timeoutMs: 30 });
    const second = ari.channels.play({ channelId: 'waits', media: 'sound:a' }, { timeoutMs: 20 });
    const third = ari.channels.get({ channelId: 'next' });
    await expect(second).rejects.toMatchObject({ kind: 'unavailable', status: undefined });
    await expect(first).rejects.toMatchObject({ kind: 'unavailable', status: undefined });
    await ticks();
    expect(frames.map(({ uri }) => uri)).toEqual(['channels/slow', 'channels/next']);
    expect(answer(frames[0] as Frame)).toBe(true); // late: no command is pending, and it is not an event
    answer(frames[1] as Frame);
    expect(await third).toEqual({ uri: 'channels/next' });
  });

  test('end when the caller aborts them', async () => {
    const { ari } = wire();
    const abort = new AbortController();
    const waiting = ari.asterisk.ping({}, { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('the end of the socket', () => {
  test('fails pending, waiting and later commands', async () => {
    const { ari, transport, frames } = wire({ maxUnderWay: 1 });
    const play = (channelId: string) => ari.channels.play({ channelId, media: 'sound:a' }).catch((e) => e);
    const underWay = play('a');
    const waits = play('b');
    await ticks();
    transport.end('close code 1006');
    for (const failure of [underWay, waits, play('c')]) {
      const error = await failure;
      expect(error).toMatchObject({ kind: 'unavailable', retryable: true });
      expect(error.message).toContain('close code 1006');
    }
    expect(frames).toHaveLength(1);
  });

  test('also when only sending reveals it', async () => {
    let attempts = 0;
    const transport = webSocketTransport({
      send: () => {
        attempts += 1;
        throw new Error('WebSocket is not open');
      },
    });
    await expect(createAriClient(transport).asterisk.ping()).rejects.toThrow('WebSocket is not open');
    expect(attempts).toBe(3);
  });

  test('is requested by close()', async () => {
    let closed = 0;
    const transport = webSocketTransport({ send: () => {}, close: () => closed++ });
    const ari = createAriClient(transport);
    ari.close();
    await expect(ari.asterisk.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(closed).toBe(1);
  });
});

test.each([null, 'text', 7, { type: 'StasisStart' }, { type: 'SomethingNew', request_id: '1' }])(
  'a message that is not a response is left to event listeners: %j',
  (event) => {
    expect(wire().transport.receive(event)).toBe(false);
  },
);

test('a response without a pending command is accepted and does nothing', () => {
  expect(wire().transport.receive({ type: 'RESTResponse', request_id: '', status_code: 400 })).toBe(true);
});
