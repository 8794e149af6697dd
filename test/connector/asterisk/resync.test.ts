import { describe, expect, test } from 'vitest';
import { NodeState } from '../../../connector/asterisk/node-state.ts';
import { differenceOf, rebuiltEnd, rebuiltStart, stasisChannels } from '../../../connector/asterisk/resync.ts';
import type { AriClient } from '../../../lib/ari/client.ts';
import { readFrame } from '../../../lib/events/entry.ts';

const inStasis = (id: string, app_data = 'a') => ({ id, dialplan: { app_name: 'Stasis', app_data } });

/** An Asterisk with these channels, and these apps with the ids of their channels. */
function asterisk(channels: { id: string; dialplan: object }[], apps: Record<string, string[]>): AriClient {
  const listed = Object.entries(apps).map(([name, channel_ids]) => ({ name, channel_ids }));
  return {
    channels: { list: async () => channels },
    applications: { list: async () => listed },
  } as unknown as AriClient;
}

function stateWith(...channels: [id: string, app: string][]): NodeState {
  const state = new NodeState();
  for (const [id, app] of channels) state.adopt(id, app, { id, seen: 'last' });
  return state;
}

const found = async (ari: AriClient, apps: string[], state = new NodeState()) =>
  (await stasisChannels(ari, apps, state)).map(({ id, app, args }) => ({ id, app, args }));

describe('the channels in Stasis', () => {
  test('are those that run the dialplan application Stasis, with its arguments', async () => {
    const ari = asterisk(
      [inStasis('1.0', 'a,100,two'), { id: '2.0', dialplan: { app_name: 'Dial', app_data: 'a' } }, inStasis('3.0')],
      { a: ['1.0', '2.0', '3.0'] },
    );
    expect(await found(ari, ['a'])).toEqual([
      { id: '1.0', app: 'a', args: ['100', 'two'] },
      { id: '3.0', app: 'a', args: [] },
    ]);
  });

  test('are, after a move, in the app that lists them and not in the one of the dialplan, without arguments', async () => {
    const ari = asterisk([inStasis('1.0', 'a,100')], { a: [], b: ['1.0'] });
    expect(await found(ari, ['a', 'b'])).toEqual([{ id: '1.0', app: 'b', args: [] }]);
  });

  test('are in the app where they are known to be when several apps list them: the others are only subscribed', async () => {
    const ari = asterisk([inStasis('1.0', 'a'), inStasis('2.0', 'a')], { a: ['1.0', '2.0'], b: ['1.0', '2.0'] });
    expect(await found(ari, ['a', 'b'], stateWith(['1.0', 'b']))).toMatchObject([
      { id: '1.0', app: 'b' },
      { id: '2.0', app: 'a' },
    ]);
  });

  test('do not include channels that only other apps list, or none', async () => {
    const ari = asterisk([inStasis('1.0', 'a'), inStasis('2.0', 'a')], { a: [], theirs: ['2.0'] });
    expect(await found(ari, ['a'])).toEqual([]);
  });
});

describe('the difference from the known state', () => {
  test('is the channels that entered and left the given apps', () => {
    const state = stateWith(['stays', 'a'], ['went', 'a'], ['elsewhere', 'b']);
    const present = ['stays', 'came'].map((id) => ({ id, app: 'a', args: [], channel: { id } as never }));
    const { entered, left } = differenceOf(present, ['a'], state);
    expect(entered.map(({ id }) => id)).toEqual(['came']);
    expect(left).toEqual([{ id: 'went', app: 'a', snapshot: { id: 'went', seen: 'last' } }]);
  });

  test('contains a moved channel twice: it left one app and entered another', () => {
    const state = stateWith(['1.0', 'a']);
    const { entered, left } = differenceOf(
      [{ id: '1.0', app: 'b', args: [], channel: { id: '1.0' } as never }],
      ['a', 'b'],
      state,
    );
    expect([entered.map(({ app }) => app), left.map(({ app }) => app)]).toEqual([['b'], ['a']]);
  });
});

describe('a rebuilt event', () => {
  const channel = { id: '1.0', state: 'Up' };
  const BY = { timestamp: '2026-11-23T08:24:51.242+0000', asteriskId: '02:00' };

  test('is the event that Asterisk would have sent, as text and as object', () => {
    const start = rebuiltStart({ id: '1.0', app: 'a', args: ['100'], channel: channel as never }, BY);
    expect(readFrame(start.text)).toEqual(start);
    expect(start.event).toEqual({
      type: 'StasisStart',
      timestamp: BY.timestamp,
      args: ['100'],
      channel,
      asterisk_id: '02:00',
      application: 'a',
    });
    const end = rebuiltEnd('a', channel, BY);
    expect(readFrame(end.text)).toEqual(end);
    expect(end.event).toMatchObject({ type: 'StasisEnd', channel, application: 'a', asterisk_id: '02:00' });
    expect(end.event).not.toHaveProperty('args');
  });

  test('has no asterisk_id where it is unknown', () => {
    expect(rebuiltEnd('a', channel, { ...BY, asteriskId: undefined }).event).not.toHaveProperty('asterisk_id');
  });
});
