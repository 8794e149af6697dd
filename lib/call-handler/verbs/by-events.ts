import { type ChannelHandle, channelHandle } from '../../ari/channel.ts';
import { unlessGone } from '../../ari/errors.ts';
import type { Media } from '../../ari/media.ts';
import { STATE_VARIABLE } from '../../ari/verbs-dialplan.ts';
import type { CallEvent } from '../../events/call-event.ts';
import { claim } from '../claim.ts';
import type { Awaited, CollectedCall } from './collected-call.ts';
import type { Decided } from './decided.ts';
import type { EventStep, GatherStep } from './event-step.ts';
import { encoded } from './list.ts';
import { silence } from './media.ts';
import type { Occasion } from './occasion.ts';
import { setNow } from './set-now.ts';

/** What a call's list needs to go on, as a variable of the channel has it: JSON. */
interface Stored {
  args: readonly string[];
  attempt: number;
  steps: EventStep[];
}

/** For so long, in seconds, digits are waited for that were pressed before the finishing key and come after it. */
const SETTLED = 1;

/**
 * Carries out a list where the dialplan cannot: with commands of ARI, step by step, each ended by an event. What stands
 * is in variables of the channel, so that any Lambda environment can go on:
 *
 *  - `ARI_RAN`: the number of the list; `ARI_LIST_NUMBER`: its steps;
 *  - `ARI_GATHER`: `NUMBER_STEP` while digits are collected; `ARI_DIGITS_NUMBER_STEP`: these, with their events' numbers.
 *
 * Variables that change while something plays are set by reading an expression: a command that sets would wait for the
 * playback's end. `PUSH()` appends in one step, so concurrent digits are all kept.
 */
export async function carryOutByEvents(call: CollectedCall, steps: EventStep[], occasion: Occasion): Promise<void> {
  const { ari, log } = occasion;
  const channel = channelHandle(ari, call.id);
  const { attempt = 1 } = call.awaited ?? {};
  const stored: Stored = { args: call.args, attempt, steps };
  const ran = await setNow(channel, `ARI_LIST_${call.list}`, encoded(JSON.stringify(stored)), `0\${ARI_RAN}`);
  // The same list may be carried out again: an attempt may have failed in the middle of it.
  if (Number(ran) > Number(call.list)) {
    log.info('A later event has decided already: verbs are not carried out', { list: call.list, later: ran });
    return;
  }
  if (call.changedState !== '') await setNow(channel, STATE_VARIABLE, call.changedState);
  await setNow(channel, 'ARI_RAN', call.list);
  await goOn({ channelId: call.id, list: call.list, at: 0, steps }, occasion);
}

interface Standing {
  channelId: string;
  list: string;
  at: number;
  steps: readonly EventStep[];
}

/** Carries out steps until one takes time. @returns the step that only the handler's own function can do */
async function goOn(standing: Standing, { ari, event }: Occasion): Promise<EventStep | undefined> {
  const { channelId, list, steps } = standing;
  const channel = channelHandle(ari, channelId);
  for (let { at } = standing; ; at++) {
    const step = steps[at];
    switch (step?.do) {
      case 'answer':
        await channel.answer();
        break;
      case 'ring':
        await channel.ring();
        break;
      case 'play':
        return void (await play(idOf({ list, at, part: '0', channelId }), step.media, channelId, ari));
      case 'gather':
        await setNow(channel, 'ARI_GATHER', `${list}_${at}`);
        await channel.answer();
        return void (await prompt(step, { list, at, part: 'p1', channelId }, ari));
      case 'hangup':
        return void (await channel.hangup({ reason_code: String(step.cause) }));
      case 'leave':
        return void (await channel.continueInDialplan(step.to ?? {}));
      default:
        // `next` at a list's beginning comes with no event of its own.
        if (event.type === 'StasisStart' && step?.do === 'next')
          throw new TypeError('Expected a verb before next(), which would come back at once');
        return step;
    }
  }
}

/**
 * What an event means for a list that is carried out here.
 *
 * @returns the outcome where it is decided now; `taken` where the event belongs to a list and decides nothing;
 *   `undefined` where it does not belong to one
 */
export async function goOnByEvent(occasion: Occasion): Promise<Decided | 'taken' | undefined> {
  const { event } = occasion;
  if (event.type === 'ChannelDtmfReceived') return pressed(event, occasion);
  if (event.type !== 'PlaybackFinished') return undefined;
  const id = readId(event.playback.id);
  return id && played(event, id, occasion);
}

async function pressed(
  event: CallEvent<'ChannelDtmfReceived'>,
  occasion: Occasion,
): Promise<Decided | 'taken' | undefined> {
  const { channelId = '', channelSequence: number = 0 } = event.metadata;
  // The dialplan has the call, and collects digits itself.
  if (event.channel.dialplan.app_name !== 'Stasis') return undefined;
  const { ari } = occasion;
  const channel = channelHandle(ari, channelId);
  const key = event.digit.replace(/[^\dA-D*#]/g, '');
  // One expression: it appends the digit, and says what stands.
  const append = `\${SET(PUSH(ARI_DIGITS_\${ARI_GATHER},|)=${number}-${key})}`;
  const look = await unlessGone(channel.variable(`EVAL(\${ARI_GATHER}~${append}~\${ARI_DIGITS_\${ARI_GATHER}})`));
  const [gather = '', , all = ''] = look?.split('~') ?? [];
  if (gather === '') return undefined;
  const [list = '', at = ''] = gather.split('_');
  const stored = await storedList(list, occasion, channelId);
  const step = stored?.steps[Number(at)];
  if (!stored || step?.do !== 'gather') return undefined;
  const digits = digitsIn(all, list, step);
  const before = digits.numbers.filter((other) => other < number).at(-1);
  const parts = ['p1', ...(before === undefined ? [] : [String(before)])];
  await Promise.all(parts.map((part) => stop({ list, at: Number(at), part, channelId }, ari)));
  if (digits.isFull) {
    return decided({ step, result: 'OK', digits: digits.text, list, at: Number(at), stored }, occasion, channelId);
  }
  const seconds = digits.isFinished ? SETTLED : step.interDigitTimeout;
  const id = idOf({ list, at: Number(at), part: String(digits.numbers.at(-1) ?? number), channelId });
  await unlessGone(play(id, silence(seconds), channelId, ari));
  // Decided meanwhile: what waits now would keep the next commands waiting.
  if ((await unlessGone(channel.variable('ARI_GATHER'))) !== gather)
    await unlessGone(ari.playbacks.stop({ playbackId: id }));
  return 'taken';
}

async function played(event: CallEvent<'PlaybackFinished'>, id: Id, occasion: Occasion): Promise<Decided | 'taken'> {
  const { ari } = occasion;
  const { channelId, list, at, part } = id;
  const channel = channelHandle(ari, channelId);
  const ran = await unlessGone(channel.variable('ARI_RAN'));
  if (ran !== list) return 'taken';
  const stored = await storedList(list, occasion, channelId);
  const step = stored?.steps[at];
  if (!stored || !step) return 'taken';
  if (step.do !== 'gather') {
    if (!(await claim(channel, `step_${list}_${at}`, event))) return 'taken';
    const own = await goOn({ channelId, list, at: at + 1, steps: stored.steps }, occasion);
    if (own?.do !== 'next') return 'taken';
    return { ...(await arrivedAs('next', own.name, list, stored, channel)), result: '' };
  }
  if (event.playback.state === 'failed') {
    return decided({ step, result: 'ERROR', digits: '', list, at, stored }, occasion, channelId);
  }
  const all = (await channel.variable(`ARI_DIGITS_${list}_${at}`)) ?? '';
  const digits = digitsIn(all, list, step);
  const last = digits.numbers.at(-1);
  const tried = /^p(\d+)$/.exec(part)?.[1];
  if (tried !== undefined && last === undefined && Number(tried) < step.tries) {
    await prompt(step, { list, at, part: `p${Number(tried) + 1}`, channelId }, ari);
    return 'taken';
  }
  const isLast = tried === undefined ? String(last) === part : last === undefined;
  if (!isLast || digits.isFull) return 'taken';
  return decided(
    { step, result: digits.isFinished ? 'OK' : 'TIMEOUT', digits: digits.text, list, at, stored },
    occasion,
    channelId,
  );
}

interface Deciding {
  step: GatherStep;
  result: string;
  digits: string;
  list: string;
  at: number;
  stored: Stored;
}

/** Only one event decides; the same one may do so again. */
async function decided(given: Deciding, { event, ari }: Occasion, channelId: string): Promise<Decided | 'taken'> {
  const { step, result, digits, list, at, stored } = given;
  const channel = channelHandle(ari, channelId);
  if (!(await claim(channel, `gather_${list}_${at}`, event))) return 'taken';
  const all = await setNow(channel, 'ARI_GATHER', '', `\${ARI_DIGITS_${list}_${at}}`);
  const parts = [`p${step.tries}`, ...digitsIn(all, list, step).numbers.map(String)];
  await Promise.all(parts.map((part) => stop({ list, at, part, channelId }, ari)));
  return { ...(await arrivedAs('gathered', step.name, list, stored, channel)), result, values: [digits] };
}

async function arrivedAs(
  kind: Awaited['kind'],
  name: string,
  list: string,
  { args, attempt }: Stored,
  channel: ChannelHandle,
): Promise<Omit<Decided, 'result'>> {
  const variables = { [STATE_VARIABLE]: (await channel.variable(STATE_VARIABLE)) ?? '' };
  return { kind, name, list, attempt, args, variables, values: [], isOver: false };
}

async function storedList(list: string, { ari }: Occasion, channelId: string): Promise<Stored | undefined> {
  const text = await unlessGone(channelHandle(ari, channelId).variable(`ARI_LIST_${list}`));
  return text ? (JSON.parse(decodeURIComponent(text)) as Stored) : undefined;
}

/** Digits of later events than the list's, each once, in the order of their events. */
function digitsIn(all: string, list: string, { finishOnKey, maxDigits }: GatherStep) {
  const byNumber = new Map(
    all.split('|').flatMap((one) => {
      const [number = '', key = ''] = one.split('-');
      return key !== '' && Number(number) > Number(list) ? [[Number(number), key] as const] : [];
    }),
  );
  const sorted = [...byNumber].toSorted(([a], [b]) => a - b);
  const end = finishOnKey === '' ? -1 : sorted.findIndex(([, key]) => key === finishOnKey);
  const text = (end < 0 ? sorted : sorted.slice(0, end))
    .map(([, key]) => key)
    .join('')
    .slice(0, maxDigits);
  const isFinished = end >= 0;
  return {
    text,
    numbers: sorted.map(([number]) => number),
    isFinished,
    isFull: text.length >= maxDigits,
  };
}

/** Ids of playbacks that carry out a list begin with it. */
export const PLAYBACK_PREFIX = 'ari-eventbridge_';

const ID = new RegExp(`^${PLAYBACK_PREFIX}(\\d+)_(\\d+)_(p?\\d+)_(.+)$`);

/** What a playback's id says of it. */
interface Id {
  list: string;
  at: number;
  /** `p1`, `p2`: a prompt; else the number of the digit's event that it waits after, or 0. */
  part: string;
  channelId: string;
}

function idOf({ list, at, part, channelId }: Id): string {
  return `${PLAYBACK_PREFIX}${list}_${at}_${part}_${channelId}`;
}

function readId(id: string): Id | undefined {
  const [, list = '', at = '', part = '', channelId] = ID.exec(id) ?? [];
  return channelId === undefined ? undefined : { list, at: Number(at), part, channelId };
}

function prompt({ media, timeout }: GatherStep, id: Id, ari: Occasion['ari']): Promise<void> {
  return play(idOf(id), [...media, ...silence(timeout)], id.channelId, ari);
}

async function play(playbackId: string, media: Media[], channelId: string, ari: Occasion['ari']): Promise<void> {
  if (await unlessGone(ari.playbacks.get({ playbackId }))) return; // the event came twice
  await ari.channels.playWithId({ channelId, playbackId, media });
}

async function stop(id: Id, ari: Occasion['ari']): Promise<void> {
  await unlessGone(ari.playbacks.stop({ playbackId: idOf(id) }));
}
