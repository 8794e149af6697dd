import { afterEach, expect, test } from 'vitest';
import { CALL_VARIABLES } from '../../../lib/ari/verbs-dialplan.ts';
import { extensionsConf } from '../../../lib/asterisk/extensions-conf.ts';
import { ManualClock } from '../../../lib/simulator/clock.ts';
import { SimulatedAsterisk } from '../../../lib/simulator/simulated-asterisk.ts';

const APP = 'Intro-IVR';
const INSIDE = '\n[inside]\nexten => 20,1,Answer()\n same => n(here),Set(WENT=here)\n same => n,Wait(60)\n';

let asterisk: SimulatedAsterisk;
afterEach(() => asterisk.stop());

/** A call in its app, and its events: `StasisStart x ari-eventbridge gathered …`. */
function call() {
  const clock = new ManualClock();
  const extensions = { v: { app: APP, args: ['x'] } };
  const text = extensionsConf([APP], { extensions, fallback: 'goto:inside,20,1' }) + INSIDE;
  const rest = {
    clock,
    missingMedia: ['sound:gone', 'music:gone'],
    onHeard: (_: string, media: string) => void heard.push(media),
  };
  asterisk = new SimulatedAsterisk({ dialplan: {}, extensionsConf: text, channelVariables: CALL_VARIABLES, ...rest });
  const told: string[] = [];
  const heard: string[] = [];
  asterisk.subscribe(APP, (event) => {
    const { type, args, channel } = event as { type: string; args?: string[]; channel?: typeof CHANNEL };
    const what = args?.join(' ') ?? channel?.channelvars.ARI_OUTCOME;
    if (type === 'StasisStart' || type === 'ChannelDestroyed') told.push(`${type} ${what}`);
  });
  const id = asterisk.dial('v') as string;
  const request = (method: string, path: string, query: Record<string, string> = {}) =>
    asterisk.request({ method, path, query: new URLSearchParams(query) });
  return {
    id,
    told,
    heard,
    wait: (seconds: number) => clock.advance(1000 * seconds),
    press: (digits: string) => {
      for (const digit of digits) asterisk.pressDigit(id, digit);
    },
    place: () => {
      const { context, exten } = asterisk.channels.find((channel) => channel.id === id)?.dialplan ?? {};
      return context && `${context},${exten}`;
    },
    /** Writes a list of verbs and sends the call to it, as handlers do. */
    async verbs(number: number, ...steps: string[]) {
      await request('POST', `/applications/${APP}/subscription`, { eventSource: `channel:${id}` });
      const first = `call:${APP}%2Cx:inside%2C20%2Chere:gathered:pin:1:c3RhdGU`;
      const value = [first, ...steps].join('|');
      await request('POST', `/channels/${id}/variable`, { variable: `ARI_VERBS_${number}`, value });
      const place = { context: 'ari-eventbridge-verbs', extension: String(number), priority: '1' };
      await request('POST', `/channels/${id}/continue`, place);
    },
  };
}
const CHANNEL = { channelvars: {} as Record<string, string> };
const GATHER = 'gather:vm-password:4:2:1:t(%23):2';

test('digits are gathered while the prompt plays, and the call enters its app with them', async () => {
  const { verbs, wait, press, told } = call();
  await verbs(100, 'answer', GATHER);
  wait(0.5);
  press('4711');
  expect(told).toEqual(['StasisStart x', 'StasisStart x ari-eventbridge gathered pin 100 1 OK 4711 ']);
});

test('fewer digits end with the finishing key, or with the digit time-out', async () => {
  const { verbs, wait, press, told } = call();
  await verbs(100, 'answer', GATHER);
  press('47#');
  await verbs(101, GATHER);
  press('47');
  wait(1);
  expect(told.slice(1)).toEqual([
    'StasisStart x ari-eventbridge gathered pin 100 1 OK 47 ',
    'StasisStart x ari-eventbridge gathered pin 101 1 TIMEOUT 47 ',
  ]);
});

test('a caller who presses nothing hears the prompt as often as there are tries', async () => {
  const { verbs, wait, told } = call();
  await verbs(100, 'answer', GATHER);
  wait(7.9);
  expect(told).toHaveLength(1);
  wait(0.2);
  expect(told[1]).toBe('StasisStart x ari-eventbridge gathered pin 100 1 TIMEOUT  ');
});

test('the last event of a caller who hangs up meanwhile has the outcome', async () => {
  const { id, verbs, press, told } = call();
  await verbs(100, 'answer', GATHER);
  press('4');
  asterisk.hangUp(id);
  expect(told[1]).toBe('ChannelDestroyed gathered,pin,100,1,HANGUP,4,');
});

test('a call that hangs up in its app has no outcome', async () => {
  const { id, verbs, press, told } = call();
  await verbs(100, 'answer', GATHER);
  press('4711');
  asterisk.hangUp(id);
  expect(told.at(-1)).toBe('ChannelDestroyed ');
});

test('a list that is older than one that ran, or the same, does not run', async () => {
  const { verbs, told } = call();
  await verbs(100, 'answer');
  await verbs(100, 'hangup:');
  await verbs(99, 'hangup:');
  const again = 'StasisStart x ari-eventbridge gathered pin 100 1   ';
  expect(told.slice(1)).toEqual([again, again, again]);
});

test('a verb that the dialplan does not have ends the list', async () => {
  const { verbs, told } = call();
  await verbs(100, 'answer', 'sing:high', 'hangup:');
  expect(told[1]).toBe('StasisStart x ari-eventbridge gathered pin 100 1 UNKNOWN  ');
});

test('verbs take their time one after the other', async () => {
  const { verbs, wait, told } = call();
  await verbs(100, 'ring:', 'answer', 'play:hello-world%26vm-goodbye', 'wait:3', 'hangup:17');
  wait(6.9);
  expect(told).toHaveLength(1);
  wait(0.1);
  expect(told[1]).toBe('ChannelDestroyed gathered,pin,100,1,HANGUP,,');
});

test.each([
  ['where it came from', 'leave:'],
  ['an extension', 'leave:inside%2C20%2C1'],
])('a call leaves for %s', async (_, verb) => {
  const { id, verbs, place } = call();
  await verbs(100, 'answer', verb);
  expect(place()).toBe('inside,20');
  expect(asterisk.variable(id, 'WENT')).toBe('here');
});

test('a call that is to leave for nowhere ends', async () => {
  const { verbs, told } = call();
  await verbs(100, 'answer', 'leave:nowhere%2C20%2C1');
  expect(told[1]).toMatch(/^ChannelDestroyed/);
});

test('a call that enters its app again is rescued as one that enters it first', async () => {
  const { id, verbs, wait, place, press } = call();
  await verbs(100, 'answer', GATHER);
  wait(5);
  press('4711');
  wait(5.9);
  expect(place()).toBe('ari-eventbridge-verbs,100');
  wait(0.1 + 0.3);
  expect(place()).toBe('inside,20');
  expect(asterisk.variable(id, 'ARI_RESCUED')).toBe('yes');
});

test('what the dialplan plays to a call can be seen, with its names of ARI', async () => {
  const { verbs, wait, heard, told } = call();
  await verbs(
    100,
    'answer',
    'play:hello-world%26gone',
    'record:note.wav:0:3:k',
    'play:@note',
    'digits:12',
    'number:007',
  );
  wait(2 + 2 + 3 + 3 + 2 + 1);
  expect(heard).toEqual(['sound:hello-world', 'sound:beep', 'recording:note', 'digits:12', 'number:7']);
  expect(told).toHaveLength(2);
  await verbs(101, 'characters:ab', 'time:0:UTC:HM', 'time:7:UTC:', 'music:5:jazz', 'music:5:gone', GATHER);
  wait(2 + 2 + 7 + 5 + 5);
  expect(heard.slice(5)).toEqual(['characters:ab', 'time:0', 'time:7', 'music:jazz', 'sound:vm-password']);
});

test('the simulated line is silent: a recording ends after its silence', async () => {
  const { verbs, wait, told } = call();
  await verbs(100, 'answer', 'record:note.wav:2:9:kq');
  wait(2);
  expect(told[1]).toBe('StasisStart x ari-eventbridge gathered pin 100 1 SILENCE 2 ');
});
