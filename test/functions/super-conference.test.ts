import { afterEach, describe, expect, test } from 'vitest';
import { type Delivery, type Stage, stage } from '../support/stage.ts';
import { until } from '../support/until.ts';

let set: Stage;
afterEach(() => set.close());

const room = (): string[] | undefined => set.asterisk.bridges.find(({ id }) => id === '100')?.channels;

/** Dials conference and waits until the caller sits in the room. */
async function join(): Promise<string> {
  const channelId = set.asterisk.dial('conference') as string;
  await until('the caller in the room', () => room()?.includes(channelId));
  await set.settled();
  return channelId;
}

describe.each<Delivery>(['once', 'twice', 'cold', 'twice cold'])(
  'with every event delivered %s, a conference',
  (delivery) => {
    test('holds all who called, each once, and is gone when the last has left', async () => {
      set = await stage(delivery);
      const [alice, bob] = [await join(), await join()];
      expect(room()).toEqual([alice, bob]);
      for (const channelId of [alice, bob]) expect(set.events(channelId, 'ChannelEnteredBridge')).toHaveLength(1);
      set.asterisk.hangUp(alice);
      await set.settled();
      expect(room()).toEqual([bob]);
      set.asterisk.hangUp(bob);
      await until('the room to go', () => room() === undefined);
      await set.settled();
      expect(set.errors).toEqual([]);
    });
  },
);

describe('events that come late', () => {
  test('the leaving of the last one does not end the room of one who came since', async () => {
    set = await stage();
    const alice = await join();
    set.asterisk.hangUp(alice);
    await until('the room to go', () => room() === undefined);
    await set.settled();
    const bob = await join();
    for (const envelope of set.events(alice, 'ChannelLeftBridge')) await set.redeliver(envelope);
    expect(room()).toEqual([bob]);
  });

  test('the start of a call that is over opens no room', async () => {
    set = await stage();
    const alice = await join();
    set.asterisk.hangUp(alice);
    await until('the room to go', () => room() === undefined);
    await set.settled();
    for (const envelope of set.events(alice, 'StasisStart')) await set.redeliver(envelope);
    expect(room()).toBeUndefined();
  });
});
