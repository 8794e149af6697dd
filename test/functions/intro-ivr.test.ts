import { afterEach, describe, expect, test } from 'vitest';
import { type Delivery, type Stage, stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const MENU = ['sound:hello-world', 'sound:silence/5', 'sound:vm-goodbye'];
const [GREETING, , GOODBYE] = MENU as [string, string, string];

let set: Stage;
afterEach(() => set.close());

/** Dials ivr and waits until the menu plays. */
async function dial(delivery?: Delivery): Promise<string> {
  set = await stage(delivery);
  const channelId = set.asterisk.dial('ivr') as string;
  await until('the menu', () => set.heard(channelId).length > 0);
  return channelId;
}

async function over(channelId: string): Promise<void> {
  await until('the end of the call', () => set.events(channelId, 'StasisEnd').length > 0);
  await set.settled();
  expect(set.errors).toEqual([]);
}

describe.each<Delivery>(['once', 'twice', 'cold', 'twice cold'])(
  'with every event delivered %s, a caller of ivr',
  (delivery) => {
    test('who stays silent hears greeting and goodbye, and is hung up', async () => {
      const channelId = await dial(delivery);
      await over(channelId);
      expect(set.heard(channelId)).toEqual(MENU);
      expect(set.asterisk.channels).toEqual([]);
    });

    test('who presses 1 hears something, and goodbye', async () => {
      const channelId = await dial(delivery);
      set.asterisk.pressDigit(channelId, '1');
      await over(channelId);
      expect(set.heard(channelId)).toEqual([GREETING, 'sound:tt-monkeys', GOODBYE]);
      expect(set.asterisk.channels).toEqual([]);
    });

    test('who presses 2 sits in conference room 100', async () => {
      const channelId = await dial(delivery);
      set.asterisk.pressDigit(channelId, '2');
      await until('the room', () => set.asterisk.bridges[0]?.channels.includes(channelId));
      await set.settled();
      expect(set.errors).toEqual([]);
      expect(set.asterisk.bridges).toMatchObject([{ id: '100', channels: [channelId] }]);
      expect(set.heard(channelId)).toEqual([GREETING]);
    });

    test('who presses anything else hears goodbye', async () => {
      const channelId = await dial(delivery);
      set.asterisk.pressDigit(channelId, '#');
      await over(channelId);
      expect(set.heard(channelId)).toEqual([GREETING, GOODBYE]);
    });
  },
);

describe('events that come late', () => {
  test('a second digit changes nothing: the first was the choice', async () => {
    const channelId = await dial();
    set.asterisk.pressDigit(channelId, '1');
    set.asterisk.pressDigit(channelId, '2');
    await over(channelId);
    expect(set.heard(channelId)).toEqual([GREETING, 'sound:tt-monkeys', GOODBYE]);
    expect(set.asterisk.bridges).toEqual([]);
  });

  test('neither the start nor a digit disturbs a caller who is in the conference already', async () => {
    const channelId = await dial();
    set.asterisk.pressDigit(channelId, '2');
    await until('the room', () => set.asterisk.bridges[0]?.channels.includes(channelId));
    await set.settled();
    for (const type of ['StasisStart', 'ChannelDtmfReceived', 'PlaybackFinished']) {
      for (const envelope of set.events(channelId, type)) await set.redeliver(envelope);
    }
    await set.settled();
    expect(set.heard(channelId)).toEqual([GREETING]);
    expect(set.asterisk.bridges).toMatchObject([{ id: '100', channels: [channelId] }]);
  });

  test('nothing that comes after the caller has hung up is an error', async () => {
    const channelId = await dial();
    set.asterisk.pressDigit(channelId, '1');
    set.asterisk.hangUp(channelId);
    await over(channelId);
    for (const type of ['StasisStart', 'ChannelDtmfReceived', 'PlaybackFinished']) {
      for (const envelope of set.events(channelId, type)) await set.redeliver(envelope);
    }
  });
});
