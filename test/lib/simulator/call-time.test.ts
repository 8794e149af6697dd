// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so are Asterisk’s variables written
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../../lib/simulator/clock.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';

let clock: ManualClock;
let asterisk: SimulatedAsterisk;
let types: string[];
let call: string;

beforeEach(async () => {
  clock = new ManualClock();
  asterisk = new SimulatedAsterisk({ clock });
  types = [];
  asterisk.subscribe('Intro-IVR', (event) => types.push((event as { type: string }).type));
  call = asterisk.dial('ivr') as string;
  await ask('POST', `/channels/${call}/answer`);
});
afterEach(() => asterisk.stop());

function ask(method: string, path: string, body?: object) {
  return asterisk.request({ method, path, query: new URLSearchParams(), body });
}

test('a recording ends after its longest silence, which begins again at each digit', async () => {
  await ask('POST', `/channels/${call}/record`, { name: 'r', format: 'wav', maxSilenceSeconds: 5 });
  clock.advance(4000);
  asterisk.pressDigit(call, '1');
  clock.advance(4900);
  expect(types.at(-1)).toBe('ChannelDtmfReceived');
  clock.advance(200);
  expect(types.at(-1)).toBe('RecordingFinished');
});

test('Read() gathers digits in the dialplan, and gives up when nobody presses one', async () => {
  await asterisk.stop();
  const lines = ['Answer()', 'Read(PIN,beep,4,,1,3)', 'Stasis(Desk,${PIN},${READSTATUS})'];
  asterisk = new SimulatedAsterisk({ clock, dialplan: { pin: lines } });
  const args: unknown[] = [];
  asterisk.subscribe('Desk', (event) => args.push((event as { args?: unknown }).args));
  const typed = asterisk.dial('pin') as string;
  for (const digit of '4711') asterisk.pressDigit(typed, digit);
  asterisk.dial('pin');
  clock.advance(10_000);
  expect(args).toEqual([
    ['4711', 'OK'],
    ['', 'TIMEOUT'],
  ]);
});

test('TIMEOUT(absolute) takes a call out of its app, to the extension T', () => {
  const dialplan = {
    timed: ['Set(TIMEOUT(absolute)=3)', 'Stasis(Intro-IVR)', 'Hangup()'],
    T: ['Stasis(Intro-IVR,late)', 'Hangup()'],
  };
  asterisk = new SimulatedAsterisk({ clock, dialplan });
  const seen: unknown[] = [];
  asterisk.subscribe('Intro-IVR', (event) => {
    const { type, args } = event as { type: string; args?: string[] };
    if (type.startsWith('Stasis')) seen.push([type, args]);
  });
  asterisk.dial('timed');
  clock.advance(2999);
  expect(seen).toEqual([['StasisStart', []]]);
  clock.advance(1);
  expect(seen.slice(1)).toEqual([
    ['StasisEnd', undefined],
    ['StasisStart', ['late']],
  ]);
});

test('a playback goes forward and back by `skipms`, and again to its last part where forward is beyond its end', async () => {
  const finished = (): boolean => types.includes('PlaybackFinished');
  const control = (operation: string) => ask('POST', '/playbacks/p/control', { operation });
  // Its last second.
  await ask('POST', `/channels/${call}/play/p`, { media: 'sound:silence/9', offsetms: 8000, skipms: 6000 });
  await control('reverse');
  clock.advance(5900);
  await control('reverse');
  clock.advance(5900);
  // Now 1.2 s are left: six more are none, so that the last six are heard.
  await control('forward');
  clock.advance(5900);
  expect(finished()).toBe(false);
  clock.advance(200);
  expect(finished()).toBe(true);
});
