import { describe, expect, test } from 'vitest';
import { type AriRequest, type AriResponse, type AriTransport, createAriClient } from '../../../lib/ari/client.ts';
import { AriError } from '../../../lib/ari/errors.ts';

/** A transport that keeps what it was given and answers as told. */
function transport(answer: Partial<AriResponse> | Error = {}): AriTransport & { requests: AriRequest[] } {
  const requests: AriRequest[] = [];
  return {
    requests,
    request: async (request) => {
      requests.push(request);
      if (answer instanceof Error) throw answer;
      return { status: 204, reason: 'No Content', body: '', ...answer };
    },
    close: () => {},
  };
}

describe('a command', () => {
  test('puts its parameters into path, query and body, each encoded for its place', async () => {
    const wire = transport({ status: 200, body: '{"id":"c/1"}' });
    const ari = createAriClient(wire);
    const channel = await ari.channels.originateWithId({
      channelId: 'c/1 ä',
      endpoint: 'PJSIP/alice&bob',
      variables: { GREETING: 'hi' },
    });
    const [request] = wire.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/channels/c%2F1%20%C3%A4',
      body: { variables: { GREETING: 'hi' } },
    });
    expect(request?.query.toString()).toBe('endpoint=PJSIP%2Falice%26bob');
    expect(channel).toEqual({ id: 'c/1' });
  });

  test('sends a plain object as the whole body', async () => {
    const wire = transport();
    await createAriClient(wire).applications.filter({
      applicationName: 'a',
      filter: { disallowed: [{ type: 'Dial' }] },
    });
    expect(wire.requests[0]).toMatchObject({
      path: '/applications/a/eventFilter',
      body: { disallowed: [{ type: 'Dial' }] },
    });
  });

  test('joins a list with commas and leaves out what is undefined', async () => {
    const wire = transport();
    await createAriClient(wire).channels.play({
      channelId: 'c',
      media: ['sound:a', 'sound:b'],
      lang: undefined as unknown as string,
    });
    expect(wire.requests[0]?.query.toString()).toBe('media=sound%3Aa%2Csound%3Ab');
  });

  test('refuses an empty path parameter, which would address something else', async () => {
    await expect(createAriClient(transport()).channels.hangup({ channelId: '' })).rejects.toThrow(
      'channels.hangup: expected `channelId` to be a non-empty string, got ""',
    );
  });

  test('gives nothing for an empty answer', async () => {
    expect(await createAriClient(transport()).channels.answer({ channelId: 'c' })).toBeUndefined();
  });

  test('ends its wait when the signal of the caller is aborted', async () => {
    const wire: AriTransport = {
      request: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      close: () => {},
    };
    const waiting = createAriClient(wire).asterisk.ping({}, { signal: AbortSignal.timeout(5) });
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable', operation: 'asterisk.ping' });
  });
});

describe('a failure', () => {
  test.each([
    [404, 'gone'],
    [409, 'wrong-state'],
    [412, 'wrong-state'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [503, 'unavailable'],
    [400, 'rejected'],
    [500, 'rejected'],
  ])('with status %i is of the kind %s and carries what Asterisk said', async (status, kind) => {
    const ari = createAriClient(transport({ status, reason: 'Reason', body: '{"message":"Said so"}' }));
    const error = await ari.channels
      .setChannelVar({ channelId: 'c', variable: 'PIN', value: 's3cret' })
      .catch((e) => e);
    expect(error).toBeInstanceOf(AriError);
    expect(error).toMatchObject({ kind, status, operation: 'channels.setChannelVar', path: '/channels/c/variable' });
    expect(error.message).toBe(`channels.setChannelVar (/channels/c/variable): ${status} Said so`);
    expect(error.message).not.toContain('s3cret');
  });

  test('without an answer is worth trying again', async () => {
    const ari = createAriClient(transport(new Error('connect ECONNREFUSED')));
    const error = await ari.channels.answer({ channelId: 'c' }).catch((e) => e);
    expect(error).toMatchObject({ kind: 'unavailable', status: undefined, retryable: true });
    expect(error.message).toContain('no answer: connect ECONNREFUSED');
  });
});
