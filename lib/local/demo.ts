import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import type { Terminal } from './terminal.ts';

/** Long enough to watch, short enough to wait for. */
const LISTENING_MS = 1500;

/** Two callers: Alice listens to the menu, chooses 2 and finds Bob in conference room 100; then both hang up. */
export async function placeCalls(asterisk: SimulatedAsterisk, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal });
  const dial = (name: string, number: string, extension: string): string => {
    terminal.say('caller', `${name} calls ${extension}`);
    const channelId = asterisk.dial(extension, { name, number });
    if (channelId === undefined) throw new Error('Asterisk ejected the call: nobody listens for its app');
    return channelId;
  };
  const press = (channelId: string, digit: string): void => {
    terminal.say('caller', `presses ${digit}`);
    asterisk.pressDigit(channelId, digit);
  };
  const hangUp = async (name: string, channelId: string): Promise<void> => {
    terminal.say('caller', `${name} hangs up`);
    asterisk.hangUp(channelId);
    await pause(LISTENING_MS / 3);
  };

  const bob = dial('Bob', '1002', 'conference');
  await pause(LISTENING_MS);
  const alice = dial('Alice', '1001', 'ivr');
  await pause(LISTENING_MS);
  press(alice, '2');
  await pause(LISTENING_MS);
  await hangUp('Alice', alice);
  await hangUp('Bob', bob);
}
