import { beforeEach, describe, expect, test } from 'vitest';
import { type AriRequest, type AriResponse, type AriTransport, createAriClient } from '../../../lib/ari/client.ts';
import { AriError, NotSentError } from '../../../lib/ari/errors.ts';
import { operations } from '../../../lib/ari/generated/operations.ts';
import { repeatOf } from '../../../lib/ari/repeat.ts';

/** A transport that keeps the requests and answers as the test sets it. */
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
      body: { endpoint: 'PJSIP/alice&bob', variables: { GREETING: 'hi' } },
    });
    expect(request?.query.size).toBe(0);
    expect(channel).toEqual({ id: 'c/1' });
    await ari.channels.getChannelVar({ channelId: 'c', variable: 'A&B' });
    expect(wire.requests[1]?.query.toString()).toBe('variable=A%26B');
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

  test('sends a list as a list and leaves out what is undefined', async () => {
    const wire = transport();
    await createAriClient(wire).channels.play({
      channelId: 'c',
      media: ['sound:a', 'sound:b'],
      lang: undefined as unknown as string,
    });
    expect(wire.requests[0]).toMatchObject({ body: { media: ['sound:a', 'sound:b'] } });
    expect(Object.keys(wire.requests[0]?.body as object)).toEqual(['media']);
  });

  test('refuses an empty path parameter, which would address something else', async () => {
    await expect(createAriClient(transport()).channels.hangup({ channelId: '' })).rejects.toThrow(
      'channels.hangup: expected `channelId` to be a non-empty string, got ""',
    );
  });

  test.each(['.', '..'])('refuses %j as an id: a URL would step to another path, however it is encoded', async (id) => {
    const wire = transport();
    await expect(createAriClient(wire).recordings.deleteStored({ recordingName: id })).rejects.toThrow(
      `recordings.deleteStored: expected \`recordingName\` to be an id, got "${id}"`,
    );
    expect(wire.requests).toEqual([]);
  });

  test('gives the bytes of a file as they are', async () => {
    const file = new Uint8Array([82, 73, 70, 70, 255]);
    const ari = createAriClient(transport({ status: 200, body: file }));
    expect(await ari.recordings.getStoredFile({ recordingName: 'r' })).toBe(file);
  });

  test('passes fields and values through that the model does not know', async () => {
    const channel = { id: 'c', state: 'Levitating', aura: { colour: 'blue' } };
    const ari = createAriClient(transport({ status: 200, body: JSON.stringify(channel) }));
    expect(await ari.channels.get({ channelId: 'c' })).toEqual(channel);
  });

  test('treats a response that is not JSON as a failure: another program may be listening there', async () => {
    const ari = createAriClient(transport({ status: 200, body: '<html>Welcome</html>' }));
    await expect(ari.asterisk.ping()).rejects.toThrow('asterisk.ping (/asterisk/ping): 200 expected JSON');
  });

  test('returns undefined for an empty response', async () => {
    expect(await createAriClient(transport()).channels.answer({ channelId: 'c' })).toBeUndefined();
  });

  test('stops waiting when the caller’s signal is aborted', async () => {
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
  ])('with status %i is of the kind %s and has Asterisk’s message', async (status, kind) => {
    const ari = createAriClient(transport({ status, reason: 'Reason', body: '{"message":"Own reason"}' }));
    const error = await ari.channels
      .setChannelVar({ channelId: 'c', variable: 'PIN', value: 's3cret' })
      .catch((e) => e);
    expect(error).toBeInstanceOf(AriError);
    expect(error).toMatchObject({ kind, status, operation: 'channels.setChannelVar', path: '/channels/c/variable' });
    expect(error.message).toBe(`channels.setChannelVar (/channels/c/variable): ${status} Own reason`);
    expect(error.message).not.toContain('s3cret');
  });

  test.each([
    ['channels.rtpstatistics', 'Unsupported channel type', 'rejected'],
    ['channels.rtpstatistics', 'Write access denied', 'unauthorized'],
    ['channels.answer', 'Unsupported channel type', 'unauthorized'],
  ])('of %s with 403 %s is %s', (operation, message, kind) => {
    expect(new AriError(operation, '/', { status: 403, message }).kind).toBe(kind);
  });

  test('without a response is retryable', async () => {
    const ari = createAriClient(transport(new Error('connect ECONNREFUSED')));
    const error = await ari.channels.answer({ channelId: 'c' }).catch((e) => e);
    expect(error).toMatchObject({ kind: 'unavailable', status: undefined, retryable: true });
    expect(error.message).toContain('no answer: connect ECONNREFUSED');
  });
});

/** A transport that answers in turn: with a status and a body, or with an error. */
function script(...answers: (Error | [status: number, body?: object])[]): AriTransport & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    request: async ({ method, path }) => {
      asked.push(`${method} ${path}`);
      const answer = answers.shift();
      if (answer === undefined) throw new Error('asked more often than expected');
      if (answer instanceof Error) throw answer;
      const [status, body] = answer;
      return { status, reason: 'Reason', body: body ? JSON.stringify(body) : '' };
    },
    close: () => {},
  };
}

const LOST = new Error('socket hang up');
const NOT_SENT = new NotSentError('connect ECONNREFUSED');

describe('a command is sent again', () => {
  test('of any kind, when Asterisk has not received it', async () => {
    const wire = script(NOT_SENT, NOT_SENT, [201, { id: 'p' }]);
    expect(await createAriClient(wire).channels.play({ channelId: 'c', media: 'sound:a' })).toEqual({ id: 'p' });
    expect(wire.asked).toHaveLength(3);
  });

  test('at most twice', async () => {
    const wire = script(NOT_SENT, NOT_SENT, NOT_SENT);
    await expect(createAriClient(wire).asterisk.ping()).rejects.toThrow('no answer: connect ECONNREFUSED');
    expect(wire.asked).toHaveLength(3);
  });

  test('when its answer was lost and it only reads or sets', async () => {
    const wire = script(LOST, [204], LOST, [200, []]);
    const ari = createAriClient(wire);
    await ari.channels.answer({ channelId: 'c' });
    expect(await ari.channels.list()).toEqual([]);
  });

  test('and succeeds when the repeat of a command that ends something finds it gone', async () => {
    const justDestroyed = { message: 'Bridge not in Stasis application' };
    const wire = script(LOST, [404], LOST, [422], LOST, [409, justDestroyed]);
    const ari = createAriClient(wire);
    await ari.channels.hangup({ channelId: 'c' });
    await ari.bridges.removeChannel({ bridgeId: 'b', channel: 'c' });
    await ari.bridges.destroy({ bridgeId: 'b' });
    expect(wire.asked).toHaveLength(6);
  });

  test('and returns what the lost request created with the chosen id', async () => {
    const wire = script(LOST, [409], [200, { id: 'mine' }]);
    const ari = createAriClient(wire);
    expect(await ari.channels.create({ channelId: 'mine', endpoint: 'Local/a', app: 'x' })).toEqual({ id: 'mine' });
    expect(wire.asked).toEqual(['POST /channels/create', 'POST /channels/create', 'GET /channels/mine']);
  });

  test('and returns the snoop channel that the lost request created, whose repeat Asterisk answers with 500', async () => {
    const wire = script(LOST, [500], [200, { id: 's' }]);
    const snoop = { channelId: 'c', snoopId: 's', app: 'x' };
    expect(await createAriClient(wire).channels.snoopChannelWithId(snoop)).toEqual({ id: 's' });
    expect(wire.asked.at(-1)).toBe('GET /channels/s');
  });

  test('and fails with the refusal of its repeat when nothing was created', async () => {
    const wire = script(LOST, [400], [404]);
    await expect(createAriClient(wire).bridges.createWithId({ bridgeId: 'b', type: 'nonsense' })).rejects.toMatchObject(
      { status: 400, operation: 'bridges.createWithId' },
    );
  });
});

describe('a channel that is not in its app yet', () => {
  const EARLY: [number, object] = [422, { message: 'Channel not in Stasis application' }];
  const TOO_EARLY: [number, object] = [409, { message: 'Channel not in Stasis application' }];
  const slept: number[] = [];
  const client = (wire: AriTransport) => createAriClient(wire, { sleep: async (ms) => void slept.push(ms) });
  beforeEach(() => void slept.splice(0));

  test('is put into a bridge as soon as it is', async () => {
    const wire = script(EARLY, EARLY, [204]);
    await client(wire).bridges.addChannel({ bridgeId: 'b', channel: ['c'] });
    expect([wire.asked.length, slept]).toEqual([3, [50, 50]]);
  });

  test('is waited for 2 s, and no longer', async () => {
    const wire = script(...Array.from({ length: 41 }, () => EARLY));
    await expect(client(wire).bridges.addChannel({ bridgeId: 'b', channel: 'c' })).rejects.toMatchObject({
      kind: 'wrong-state',
      status: 422,
      channelIds: ['c'],
    });
    expect([wire.asked.length, slept.reduce((sum, ms) => sum + ms, 0)]).toEqual([41, 2000]);
  });

  test('is waited for by any command of the client that made it, and by no other command', async () => {
    const wire = script([200, { id: 's' }], TOO_EARLY, [201, { id: 'p' }], TOO_EARLY);
    const ari = client(wire);
    await ari.channels.snoopChannelWithId({ channelId: 'c', snoopId: 's', app: 'x', spy: 'in' });
    await ari.channels.play({ channelId: 's', media: 'sound:a' });
    await expect(ari.channels.play({ channelId: 'c', media: 'sound:a' })).rejects.toMatchObject({ status: 409 });
    expect(slept).toEqual([50]);
  });

  test('is waited for only until the command has to be done', async () => {
    const wire = script(EARLY, EARLY);
    const ari = createAriClient(wire, { timeoutMs: 20 });
    await expect(ari.bridges.addChannel({ bridgeId: 'b', channel: 'c' })).rejects.toMatchObject({ status: 422 });
    expect(wire.asked).toHaveLength(1);
  });
});

describe('a command is not sent again', () => {
  test('when it was answered, even with 503: booting takes seconds', async () => {
    const wire = script([503]);
    await expect(createAriClient(wire).channels.answer({ channelId: 'c' })).rejects.toMatchObject({ status: 503 });
    expect(wire.asked).toHaveLength(1);
  });

  test('when it is not idempotent, with or without the caller’s id', async () => {
    const wire = script(LOST, LOST, LOST, LOST);
    const ari = createAriClient(wire);
    const commands = [
      ari.channels.playWithId({ channelId: 'c', playbackId: 'p', media: 'sound:a' }),
      ari.channels.sendDTMF({ channelId: 'c', dtmf: '1' }),
      ari.channels.originate({ endpoint: 'Local/a', app: 'x' }),
      ari.channels.getChannelVar({ channelId: 'c', variable: 'POP(list)' }),
    ];
    for (const command of commands) await expect(command).rejects.toMatchObject({ kind: 'unavailable' });
    expect(wire.asked).toHaveLength(4);
  });

  test('when its repeat finds a 409 that no lost request explains', async () => {
    const wire = script(NOT_SENT, [409]);
    await expect(createAriClient(wire).bridges.createWithId({ bridgeId: 'b' })).rejects.toMatchObject({ status: 409 });
    expect(wire.asked).toHaveLength(2);
  });

  test('after the caller’s signal was aborted', async () => {
    const giveUp = new AbortController();
    const wire = script(NOT_SENT, NOT_SENT, [204]);
    const waiting = createAriClient(wire).asterisk.ping({}, { signal: giveUp.signal });
    setTimeout(() => giveUp.abort(), 50); // between the repeat at once and the last one
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable' });
    expect(wire.asked).toHaveLength(2);
  });
});

test('a time-out of a channel is set and read again after a lost answer, as no other function of the dialplan', () => {
  const [set, get] = [operations.channels.setChannelVar, operations.channels.getChannelVar];
  const timeout = 'TIMEOUT(absolute)';
  expect(repeatOf('channels.setChannelVar', set, { channelId: 'c', variable: timeout, value: '0' })).toEqual({});
  const looks = ['EVAL($[("', '{TIMEOUT(absolute)}" = "0")])'].join('$');
  expect(repeatOf('channels.getChannelVar', get, { channelId: 'c', variable: looks })).toEqual({});
  const pops = ['EVAL(', '{POP(list)})'].join('$');
  expect(repeatOf('channels.getChannelVar', get, { channelId: 'c', variable: pops })).toBeUndefined();
});

test('the commands that are never repeated after a lost answer are these, and no others', () => {
  const ids = { channelId: 'c', bridgeId: 'b', snoopId: 's' };
  const never = Object.entries(operations).flatMap(([resource, byName]) =>
    Object.entries(byName)
      .filter(([name, template]) => !repeatOf(`${resource}.${name}`, template, ids))
      .map(([name]) => `${resource}.${name}`),
  );
  expect(never.toSorted()).toEqual([
    'applications.subscribe',
    'applications.unsubscribe',
    'asterisk.addLog',
    'asterisk.loadModule',
    'asterisk.reloadModule',
    'asterisk.rotateLog',
    'asterisk.unloadModule',
    'bridges.addChannel',
    'bridges.play',
    'bridges.playWithId',
    'bridges.record',
    'channels.continueInDialplan',
    'channels.dial',
    'channels.move',
    'channels.play',
    'channels.playWithId',
    'channels.record',
    'channels.redirect',
    'channels.sendDTMF',
    'channels.transfer_progress',
    'endpoints.refer',
    'endpoints.referToEndpoint',
    'endpoints.sendMessage',
    'endpoints.sendMessageToEndpoint',
    'events.claimChannel',
    'events.userEvent',
    'playbacks.control',
    'recordings.copyStored',
  ]);
});
