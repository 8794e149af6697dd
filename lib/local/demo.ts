import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import type { Phone } from './phone.ts';

/** Long enough to watch, short enough to wait for. */
const LISTENING_MS = 1000;
/** A step that takes longer than this fails. */
const LIMIT_MS = 20_000;

/**
 * Two callers: Bob is in conference room 100; Alice listens to the menu, chooses 2 and finds him; both hang up.
 *
 * @returns whether both calls ran to their end: a user of the console may hang up before
 */
export async function placeCalls(asterisk: SimulatedAsterisk, phone: Phone, signal: AbortSignal): Promise<boolean> {
  const placed: string[] = [];
  const isOn = (channelId: string): boolean => phone.calls.some((call) => call.channelId === channelId);
  /** @returns false when a caller has hung up */
  const until = async (what: string, happened: () => boolean): Promise<boolean> => {
    const deadline = Date.now() + LIMIT_MS;
    for (;;) {
      if (!placed.every(isOn)) return false;
      if (happened()) break;
      if (Date.now() > deadline)
        throw new Error(`Expected ${what} within ${LIMIT_MS / 1000} s; see the failures above`);
      await sleep(20, undefined, { signal });
    }
    await sleep(LISTENING_MS, undefined, { signal });
    return placed.every(isOn);
  };
  const dial = (extension: string, name: string, number: string): string => {
    const channelId = phone.dial(extension, { name, number });
    placed.push(channelId);
    return channelId;
  };
  const room = (): string[] | undefined => asterisk.bridges.find(({ id }) => id === '100')?.channels;

  const bob = dial('conference', 'Bob', '1002');
  if (!(await until('Bob in room 100', () => room()?.includes(bob) === true))) return false;
  const alice = dial('ivr', 'Alice', '1001');
  if (!(await until('the menu', () => asterisk.isPlaying(alice)))) return false;
  phone.press(alice, '2');
  if (!(await until('Alice in room 100', () => room()?.includes(alice) === true))) return false;
  phone.hangUp(alice);
  phone.hangUp(bob);
  placed.length = 0;
  return until('room 100 to close', () => room() === undefined);
}
