import { channelHandle } from '../../ari/channel.ts';
import type { AriClient } from '../../ari/client.ts';
import { unlessGone } from '../../ari/errors.ts';
import { timeOf } from '../../ari/timestamp.ts';
import { STATE_VARIABLE } from '../../ari/verbs-dialplan.ts';
import type { CallEvent } from '../../events/call-event.ts';
import { gatheredDigits } from '../../events/gathered-digits.ts';
import type { Decided } from './decided.ts';
import { type PlaybackPlace, playAt, playNow, stopParts } from './event-playbacks.ts';
import type { GatherStep } from './event-step.ts';
import { appendedToOutcome, withoutOutcomeOf } from './hangup-outcome.ts';
import { silence } from './media.ts';
import type { Occasion } from './occasion.ts';
import { setNow } from './set-now.ts';
import { arrivedAs, listVariable, type Stored, storedList } from './stored-list.ts';

/** So many seconds are waited for digits that were pressed before something and come after it. */
const SETTLED = 1;

type GatherPlace = Omit<PlaybackPlace, 'part'>;

/**
 * Collects digits, one event for each, with one command for most of them: many callers press at the same time.
 *
 *  - `ARI_GATHER`: `NUMBER_STEP` while digits are collected;
 *  - `ARI_DIGITS_NUMBER_STEP`: these, each with its event's number and time. `PUSH()` appends in one step, so concurrent ones
 *    are all kept. Who appended the first one stops the prompt and starts the time;
 *  - `ARI_SILENCES_NUMBER_STEP`: the silences that were started, which are the timers;
 *  - `ARI_DECIDED_NUMBER_STEP`: the events that could decide. The first one does.
 */
export async function beginGather(step: GatherStep, place: GatherPlace, ari: AriClient): Promise<void> {
  const channel = channelHandle(ari, place.channelId);
  await setNow(channel, 'ARI_GATHER', nameOf(place));
  await channel.answer();
  await prompt(step, place, 1, ari);
}

/** What a digit means. @returns as `goOnByEvent` */
export async function pressed(
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
  const append = `\${SET(PUSH(ARI_DIGITS_\${ARI_GATHER},|)=${number}-${key}-${timeOf(event.timestamp)})}${appendedToOutcome(number, key)}`;
  const look = `\${ARI_GATHER}~${append}~\${ARI_DIGITS_\${ARI_GATHER}}~\${ARI_SILENCES_\${ARI_GATHER}}~\${ARI_LIST_\${CUT(ARI_GATHER,_,1)}}`;
  const [gather = '', , all = '', silences = '', list = ''] =
    (await unlessGone(channel.variable(`EVAL(${look})`)))?.split('~') ?? [];
  if (gather === '') return undefined;
  const [of = '', at = ''] = gather.split('_');
  const place: GatherPlace = { channelId, list: of, at: Number(at) };
  const stored = await storedList(place.list, channel, list);
  const step = stored?.steps[place.at];
  if (!stored || step?.do !== 'gather') return undefined;
  const digits = gatheredDigits(all, place.list, step);
  const isFirst = digits.firstAppended === number;
  if (isFirst) await stopParts({ ...place, part: '' }, prompts(step), ari);
  if (digits.isFull) return decided({ step, result: 'OK', place, stored }, occasion);
  if (digits.finishedBy === number) {
    const part = `s${number}`;
    const others = silences.split('|').filter((one) => one !== '' && one !== part);
    await stopParts({ ...place, part }, others, ari);
    await startSilence({ ...place, part }, SETTLED, ari);
  } else if (isFirst && digits.finishedBy === undefined) await startTime(place, number, step.interDigitTimeout, ari);
  return 'taken';
}

/** What it means that a prompt or a silence of a gather is over. */
export async function gatherPlayed(
  event: CallEvent<'PlaybackFinished'>,
  place: PlaybackPlace,
  occasion: Occasion,
): Promise<Decided | 'taken'> {
  const { ari } = occasion;
  const name = nameOf(place);
  const channel = channelHandle(ari, place.channelId);
  const look = `\${ARI_GATHER}~\${ARI_DIGITS_${name}}~\${${listVariable(place.list)}}`;
  const [gather, all = '', list = ''] = (await unlessGone(channel.variable(`EVAL(${look})`)))?.split('~') ?? [];
  if (gather !== name) return 'taken'; // decided
  const stored = await storedList(place.list, channel, list);
  const step = stored?.steps[place.at];
  if (!stored || step?.do !== 'gather') return 'taken';
  const deciding = { step, place, stored };
  if (event.playback.state === 'failed') return decided({ ...deciding, result: 'ERROR' }, occasion);
  const digits = gatheredDigits(all, place.list, step);
  if (digits.isFull) return 'taken'; // the event of the last digit decides
  const [kind, of] = [place.part.slice(0, 1), Number(place.part.slice(1))];
  if (kind === 'p') {
    if (digits.last !== undefined) return 'taken'; // a key has stopped it
    if (of >= step.tries) return decided({ ...deciding, result: 'TIMEOUT' }, occasion);
    await prompt(step, place, of + 1, ari);
    return 'taken';
  }
  const { last, finishedBy } = digits;
  // The finishing key has stopped the time, and waits for digits that are late.
  if (finishedBy !== undefined) return kind === 's' ? decided({ ...deciding, result: 'OK' }, occasion) : 'taken';
  if (last && last.number > of) {
    const since = ((timeOf(event.timestamp) ?? last.at) - last.at) / 1000;
    await startTime(place, last.number, step.interDigitTimeout - since, ari);
  } else if (kind === 't') await startSilence({ ...place, part: `s${of}` }, SETTLED, ari);
  else return decided({ ...deciding, result: 'TIMEOUT' }, occasion);
  return 'taken';
}

interface Deciding {
  step: GatherStep;
  result: 'OK' | 'TIMEOUT' | 'ERROR';
  place: GatherPlace;
  stored: Stored;
}

/** Only one event decides; the same one may do so again. */
async function decided(given: Deciding, { event, ari }: Occasion): Promise<Decided | 'taken'> {
  const { step, result, place, stored } = given;
  const name = nameOf(place);
  const channel = channelHandle(ari, place.channelId);
  const id = event.metadata.id.replace(/[^\w.-]/g, ''); // nothing that the dialplan would evaluate
  // No more digits, unless a later gather has begun.
  const end = `\${SET(\${IF($["\${ARI_GATHER}"="${name}"]?ARI_GATHER:ARI_GATHERED)}=)}`;
  const append = `\${SET(PUSH(ARI_DECIDED_${name},|)=${id})}`;
  const ended = `${append}~\${ARI_DECIDED_${name}}~${end}${withoutOutcomeOf(place.list)}`;
  const look = `${ended}~\${ARI_DIGITS_${name}}~\${ARI_SILENCES_${name}}~\${${STATE_VARIABLE}}`;
  const said = ((await channel.variable(`EVAL(${look})`)) ?? '').split('~');
  const [, ids = '', , all = '', silences = '', state = ''] = said;
  if (ids.split('|')[0] !== id) return 'taken';
  await stopParts({ ...place, part: '' }, [...prompts(step), ...silences.split('|').filter(Boolean)], ari);
  const arrived = arrivedAs('gathered', step.name, place.list, stored, state);
  if (result === 'ERROR') return { ...arrived, result, values: [''] };
  const { text, isFull, finishedBy } = gatheredDigits(all, place.list, step);
  // The last digit may have come beside the event that the time was over.
  return { ...arrived, result: isFull || finishedBy !== undefined ? 'OK' : result, values: [text] };
}

/** Lets the time for the next digit begin, of which a part is kept for those that come late. */
function startTime(place: GatherPlace, number: number, seconds: number, ari: AriClient): Promise<void> {
  return seconds > SETTLED
    ? startSilence({ ...place, part: `t${number}` }, seconds - SETTLED, ari)
    : startSilence({ ...place, part: `s${number}` }, SETTLED, ari);
}

async function startSilence(place: PlaybackPlace, seconds: number, ari: AriClient): Promise<void> {
  const channel = channelHandle(ari, place.channelId);
  const name = nameOf(place);
  const note = `\${ARI_SILENCES_${name}}~\${SET(PUSH(ARI_SILENCES_${name},|)=${place.part})}`;
  const before = (await unlessGone(channel.variable(`EVAL(${note})`)))?.split('~')[0];
  if (before === undefined) return;
  const play = before.split('|').includes(place.part) ? playAt : playNow;
  await unlessGone(play(place, silence(seconds), ari));
  // Decided meanwhile: what waits now would keep the next commands waiting.
  if ((await unlessGone(channel.variable('ARI_GATHER'))) !== name) await stopParts(place, [place.part], ari);
}

function prompt(step: GatherStep, place: GatherPlace, attempt: number, ari: AriClient): Promise<void> {
  return playAt({ ...place, part: `p${attempt}` }, [...step.media, ...silence(step.timeout)], ari);
}

function prompts({ tries }: GatherStep): string[] {
  return Array.from({ length: tries }, (_, index) => `p${index + 1}`);
}

function nameOf({ list, at }: GatherPlace): string {
  return `${list}_${at}`;
}
