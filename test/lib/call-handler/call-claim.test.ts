import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AriRequest, type AriResponse, createAriClient } from '../../../lib/ari/client.ts';
import { claimingClient } from '../../../lib/call-handler/call-claim.ts';

const CLAIM = 'claim';
const LOOK = 'look';

/** What Asterisk has been sent, by name, each answered when the test says so. */
class Asterisk {
  readonly sent: string[] = [];
  readonly #answers = new Map<string, (response: AriResponse) => void>();
  readonly ari = claimingClient(createAriClient({ request: (request) => this.#take(request), close: () => {} }), '1.0');

  readonly #ends: (() => void)[] = [];
  #isOver = false;

  constructor() {
    // A request that nobody answers would fail in the middle of another test.
    onTestFinished(() => {
      this.#isOver = true;
      for (const end of this.#ends) end();
    });
  }

  async answer(name: string, status = 204, body: object | '' = ''): Promise<void> {
    await turn();
    const answer = this.#answers.get(name);
    if (!answer) throw new Error(`Expected ${name} to be under way, but sent were ${this.sent.join(', ')}`);
    answer({ status, reason: '', body: body === '' ? '' : JSON.stringify(body) });
    await turn();
  }

  #take({ method, path, body }: AriRequest): Promise<AriResponse> {
    const { variable = '', value } = (body ?? {}) as { variable?: string; value?: string };
    const name = path.endsWith('/variable') ? nameOf(method, variable, value) : `${method} ${path}`;
    this.sent.push(name);
    if (this.#isOver) return Promise.resolve(lastAnswer(name));
    return new Promise((resolve) => {
      this.#answers.set(name, resolve);
      this.#ends.push(() => resolve(lastAnswer(name)));
    });
  }
}

function nameOf(method: string, variable: string, value: string | undefined): string {
  if (method === 'GET') return LOOK;
  return variable === 'TIMEOUT(absolute)' && value === '0' ? CLAIM : `${variable}=${value}`;
}

const ARMED = { value: '0/1795625611/-1795625605' };
const NOT_ARMED = { value: '1//-1795625605' };

function lastAnswer(name: string): AriResponse {
  return name === LOOK
    ? { status: 200, reason: '', body: JSON.stringify(NOT_ARMED) }
    : { status: 204, reason: '', body: '' };
}

const ANSWER = 'POST /channels/1.0/answer';
const PLAY = 'POST /channels/1.0/play';
const channelId = '1.0';
const media = 'sound:hello-world';

describe('the first command of a run', () => {
  test('waits for the claim; later ones do not claim again', async () => {
    const { ari, sent, answer } = bound(new Asterisk());
    const played = ari.channels.play({ channelId, media });
    expect(sent).toEqual([CLAIM, LOOK]);
    await answer(LOOK, 200, ARMED);
    expect(sent).toHaveLength(2);
    await answer(CLAIM);
    expect(sent.slice(2)).toEqual([PLAY]);
    await answer(PLAY, 201, { id: 'p' });
    await played;
    const hungUp = ari.channels.hangup({ channelId });
    await answer('DELETE /channels/1.0');
    await hungUp;
    expect(sent).toHaveLength(4);
  });

  test('goes beside the claim where it answers this channel, and no other', async () => {
    const { ari, sent, answer } = bound(new Asterisk());
    const answered = ari.channels.answer({ channelId });
    await turn();
    expect(sent, 'the answer before the look, which no caller waits for').toEqual([CLAIM, ANSWER, LOOK]);
    await answer(ANSWER);
    await answered;

    const other = bound(new Asterisk());
    void other.ari.channels.answer({ channelId: '2.0' });
    await turn();
    expect(other.sent).toEqual([CLAIM, LOOK]);
  });

  test('does not overtake one that waits', async () => {
    const { ari, sent, answer } = bound(new Asterisk());
    void ari.channels.play({ channelId, media });
    void ari.channels.answer({ channelId });
    await answer(LOOK, 200, ARMED);
    await answer(CLAIM);
    expect(sent.slice(2)).toEqual([PLAY, ANSWER]);
  });

  test('is not one that reads, or that acts for no caller', async () => {
    const { ari, sent } = bound(new Asterisk());
    void ari.channels.get({ channelId });
    void ari.channels.getChannelVar({ channelId, variable: 'X' });
    void ari.deviceStates.update({ deviceName: 'Stasis:lamp', deviceState: 'INUSE' });
    void ari.events.userEvent({ eventName: 'Seen', application: 'App' });
    await turn();
    expect(sent).toHaveLength(4);
    expect(sent).not.toContain(CLAIM);
    void ari.bridges.createWithId({ bridgeId: 'b' });
    expect(sent.slice(4)).toEqual([CLAIM, LOOK]);
  });
});

test.each([
  [409, 'Channel not in Stasis application', 'wrong-state'],
  [404, 'Channel not found', 'gone'],
])('where the claim is refused with %i, no command is sent', async (status, message, kind) => {
  const { ari, sent, answer } = bound(new Asterisk());
  const played = expect(ari.channels.play({ channelId, media })).rejects.toMatchObject({ kind, channelIds: ['1.0'] });
  await answer(LOOK, 200, { value: '0/0/-1795625605' });
  await answer(CLAIM, status, { message });
  await played;
  await expect(ari.bridges.createWithId({ bridgeId: 'b' })).rejects.toMatchObject({ kind });
  expect(sent).toEqual([CLAIM, LOOK]);
});

test('a claim that waits behind a playback of an earlier run delays no command', async () => {
  const { ari, sent, answer } = bound(new Asterisk());
  const played = ari.channels.play({ channelId, media });
  await answer(LOOK, 200, NOT_ARMED);
  expect(sent.slice(2)).toEqual([PLAY]);
  await answer(PLAY, 201, { id: 'p' });
  await played;
  await answer(CLAIM, 409, { message: 'Channel not in Stasis application' }); // not an unhandled rejection
});

test('a claim is enough where Asterisk lacks the functions to look', async () => {
  const { ari, sent, answer } = bound(new Asterisk());
  void ari.channels.play({ channelId, media });
  await answer(LOOK, 500, { message: 'Unable to read provided function' });
  expect(sent).toHaveLength(2);
  await answer(CLAIM);
  expect(sent.slice(2)).toEqual([PLAY]);
});

test('an absolute time-out of the operator’s own is restored before the first command that waits', async () => {
  const { ari, sent, answer } = bound(new Asterisk());
  void ari.channels.play({ channelId, media });
  await answer(CLAIM);
  await answer(LOOK, 200, { value: '1/1795625611/83.5' });
  expect(sent.slice(2)).toEqual(['TIMEOUT(absolute)=83.5']);
  await answer('TIMEOUT(absolute)=83.5');
  expect(sent.slice(3)).toEqual(['ARI_RESCUE_AT=0']);
  await answer('ARI_RESCUE_AT=0');
  expect(sent.slice(4)).toEqual([PLAY]);
});

/** Methods that can be taken out of their object. */
function bound(asterisk: Asterisk) {
  return { ari: asterisk.ari, sent: asterisk.sent, answer: asterisk.answer.bind(asterisk) };
}
