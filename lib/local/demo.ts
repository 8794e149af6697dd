import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import { callExtension, type ExtensionCallOptions } from './extension-call.ts';

export interface DemoOptions extends ExtensionCallOptions {
  asterisk: SimulatedAsterisk;
  /** The extensions, with the arguments of `Stasis()` that each leads to: `{ conference: 'Super-Conference,100' }`. */
  dialplan: Readonly<Record<string, string>>;
  /** Reports the result of one call. */
  say: (line: string) => void;
}

/**
 * Calls the apps: with the documents' apps the two calls of the documents, else each extension once.
 *
 * @returns the result, as a sentence; a call that is not handled is a result too
 */
export async function placeCalls(options: DemoOptions): Promise<string> {
  const { dialplan, say, signal } = options;
  const extensions = Object.entries(dialplan);
  const extensionOf = (data: string): string | undefined => extensions.find(([, leadsTo]) => leadsTo === data)?.[0];
  const [menu, room] = [extensionOf('Intro-IVR'), extensionOf('Super-Conference,100')];
  if (menu !== undefined && room !== undefined) {
    try {
      return (await twoCalls(options, menu, room)) ? 'Both calls were handled.' : 'A caller hung up before.';
    } catch (error) {
      if (signal.aborted) throw error;
      return (error as Error).message;
    }
  }
  let handled = 0;
  for (const [extension, data] of extensions) {
    const { isHandled, text } = await callExtension(extension, options);
    say(`${extension} → ${data}: ${text}`);
    if (isHandled) handled += 1;
  }
  return `Handled calls: ${handled} of ${extensions.length}.`;
}

/**
 * Bob is in conference room 100; Alice listens to the menu, chooses 2 and finds him; both hang up.
 *
 * @returns whether both calls ran to their end: a user of the console may hang up before
 * @throws when the handlers do not do their part in time
 */
async function twoCalls(options: DemoOptions, menuExtension: string, roomExtension: string): Promise<boolean> {
  const { asterisk, phone, signal, listeningMs = 1000, limitMs = 20_000 } = options;
  const placed: string[] = [];
  const isOn = (channelId: string): boolean => phone.calls.some((call) => call.channelId === channelId);
  /** @returns false when a caller has hung up */
  const until = async (what: string, happened: () => boolean): Promise<boolean> => {
    const deadline = Date.now() + limitMs;
    for (;;) {
      if (!placed.every(isOn)) return false;
      if (happened()) break;
      if (Date.now() > deadline)
        throw new Error(`Expected ${what} within ${limitMs / 1000} s; see the failures above.`);
      await sleep(20, undefined, { signal });
    }
    await sleep(listeningMs, undefined, { signal });
    return placed.every(isOn);
  };
  const dial = (extension: string, name: string, number: string): string => {
    const channelId = phone.dial(extension, { name, number });
    placed.push(channelId);
    return channelId;
  };
  const room = (): string[] | undefined => asterisk.bridges.find(({ id }) => id === '100')?.channels;

  const bob = dial(roomExtension, 'Bob', '1002');
  if (!(await until('Bob in room 100', () => room()?.includes(bob) === true))) return false;
  const alice = dial(menuExtension, 'Alice', '1001');
  if (!(await until('the menu', () => asterisk.isPlaying(alice)))) return false;
  phone.press(alice, '2');
  if (!(await until('Alice in room 100', () => room()?.includes(alice) === true))) return false;
  phone.hangUp(alice);
  phone.hangUp(bob);
  placed.length = 0;
  return until('room 100 to close', () => room() === undefined);
}
