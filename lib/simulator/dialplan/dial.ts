import { applicationFields } from '../../ari/arguments.ts';
import type { Channel } from '../channel/channel.ts';
import { parsedParty } from '../channel/party.ts';
import { type Thread, waitUntil } from '../threads.ts';
import { answer } from './applications.ts';
import { conversation, type TalkSurroundings } from './conversation.ts';
import { Legs, type RequestLeg, setDuration } from './legs.ts';
import type { Application } from './pbx.ts';
import type { Sounds } from './sounds.ts';
import { setVariable } from './variables.ts';

const ANSWERED_ELSEWHERE = 26;
/** What `Dial()` sets, all empty as it begins. */
const VARIABLES = [
  ...['DIALSTATUS', 'DIALEDPEERNUMBER', 'DIALEDPEERNAME', 'ANSWEREDTIME', 'ANSWEREDTIME_MS', 'DIALEDTIME'],
  ...['DIALEDTIME_MS', 'RINGTIME', 'RINGTIME_MS', 'PROGRESSTIME', 'PROGRESSTIME_MS'],
];

/** What an application needs that calls others. */
export interface DialSurroundings extends TalkSurroundings {
  sounds: Sounds;
  request: RequestLeg;
  /** Runs a context of the dialplan on a leg that has answered. */
  subroutine(leg: Channel, context: string, args: readonly string[]): Thread;
}

/** `Dial(endpoint&endpoint,seconds,options)`, with the options A(x), f(x), g, m, o, r and U(x). */
export function dialing(around: DialSurroundings): Application {
  return function* (channel, data) {
    const [endpoints = '', seconds = '', options = ''] = applicationFields(data);
    const { sounds, threads, request } = around;
    const begun = channel.now.getTime();
    for (const name of VARIABLES) setVariable(channel, name, '');
    const legs = new Legs(channel, threads);
    for (const endpoint of endpoints.split('&').filter(Boolean)) {
      legs.call(endpoint, request, (leg) => present(channel, leg, options));
    }
    const limit = 1000 * Number.parseFloat(seconds);
    const leg = yield* ringing(channel, legs, sounds, options, limit > 0 ? begun + limit : undefined);
    if (!leg) {
      const status = channel.isHungUp ? 'CANCEL' : legs.areOver ? legs.status : 'NOANSWER';
      legs.cancel(status, undefined);
      setVariable(channel, 'DIALSTATUS', status);
      return channel.isHungUp ? -1 : 0;
    }
    setVariable(channel, 'DIALSTATUS', 'ANSWER');
    setVariable(channel, 'DIALEDPEERNAME', leg.name);
    setVariable(channel, 'DIALEDPEERNUMBER', leg.name.replace(/^[^/]*\/|-[^-]*$/g, ''));
    const whispered = argument(options, 'A');
    if (whispered) for (const file of whispered.split('&')) yield* sounds.play(leg, file);
    const [routine, ...args] = argument(options, 'U')?.split('^') ?? [];
    if (routine) yield* around.subroutine(leg, routine, args);
    legs.tellAnswer(leg);
    answer(channel);
    yield* conversation(channel, leg, around);
    const hasGone = leg.isHungUp;
    leg.end();
    setDuration(channel, 'ANSWEREDTIME', channel.upMs);
    setDuration(channel, 'DIALEDTIME', channel.ageMs);
    setVariable(channel, 'DIALSTATUS', 'ANSWER');
    return hasGone && !channel.isHungUp && flags(options).includes('g') ? 0 : -1;
  };
}

/** Until somebody answers, nobody can any more, the caller hangs up or the time is over. */
function* ringing(
  channel: Channel,
  legs: Legs,
  sounds: Sounds,
  options: string,
  end: number | undefined,
): Thread<Channel | undefined> {
  const hasMusic = flags(options).includes('m');
  if (hasMusic) {
    sounds.hear(channel, `music:${argument(options, 'm') || 'default'}`);
    channel.indicate('progress');
  } else if (flags(options).includes('r')) channel.indicate('ringing');
  let rings = false;
  while (!legs.answered && !legs.areOver && !channel.isHungUp) {
    const left = end === undefined ? undefined : end - channel.now.getTime();
    if (left !== undefined && left <= 0) break;
    const isNews = () => legs.answered !== undefined || legs.areOver || channel.isReadable || (legs.ringing && !rings);
    yield* waitUntil(isNews, channel.changed, sounds.clock, left);
    if (legs.ringing && !rings) {
      rings = true;
      if (!hasMusic) channel.indicate('ringing');
    }
    if (channel.isReadable && !legs.answered) channel.read();
  }
  if (channel.isHungUp) {
    legs.answered?.end();
    return undefined;
  }
  if (legs.answered) legs.cancel('CANCEL', ANSWERED_ELSEWHERE);
  return legs.answered;
}

/** What a leg shows: its own number, and who calls. */
function present(channel: Channel, leg: Channel, options: string): void {
  const [own, shown] = [argument(options, 'o'), argument(options, 'f')];
  const number = own === '' ? channel.caller : { name: '', number: channel.exten };
  leg.caller = own ? { name: '', number: '', ...parsedParty(own) } : number;
  leg.connected = shown ? { name: '', number: '', ...parsedParty(shown) } : channel.caller;
  leg.language = channel.language;
}

/** The letters of options without their arguments. */
function flags(options: string): string {
  return options.replace(/\(.*?\)/gs, '');
}

/** The argument of an option; empty where it has none, undefined where it is not given. */
function argument(options: string, letter: string): string | undefined {
  const all = options.matchAll(/(\w)(?:\((.*?)\))?/gs);
  const found = [...all].find(([, name]) => name === letter);
  return found && (found[2] ?? '');
}
