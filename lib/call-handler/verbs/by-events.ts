import { channelHandle } from '../../ari/channel.ts';
import { unlessGone } from '../../ari/errors.ts';
import { STATE_VARIABLE } from '../../ari/verbs-dialplan.ts';
import { claim } from '../claim.ts';
import type { CollectedCall } from './collected-call.ts';
import type { Decided } from './decided.ts';
import { type PlaybackPlace, placeOfPlayback, playAt } from './event-playbacks.ts';
import type { EventStep } from './event-step.ts';
import { beginGather, gatherPlayed, pressed } from './gather-by-events.ts';
import { hangUpOutcome, outcomeOfNewList, withoutOutcomeOf } from './hangup-outcome.ts';
import { hearOfEnd } from './hear-of-end.ts';
import type { Occasion } from './occasion.ts';
import { setNow } from './set-now.ts';
import { arrivedAs, listVariable, storedList, storedText } from './stored-list.ts';

/**
 * Carries out a list where the dialplan cannot: with commands of ARI, step by step, each ended by an event. What stands
 * is in variables of the channel, so that any Lambda environment can go on: `ARI_RAN` is the number of the list,
 * `ARI_LIST_NUMBER` has its steps. gather-by-events.ts has more.
 *
 * Variables that change while something plays are set by reading an expression: a command that sets would wait for the
 * playback's end.
 */
export async function carryOutByEvents(call: CollectedCall, steps: EventStep[], occasion: Occasion): Promise<void> {
  const { ari, log } = occasion;
  const channel = channelHandle(ari, call.id);
  const { attempt = 1 } = call.awaited ?? {};
  const text = storedText({ args: call.args, attempt, steps });
  const [ran] = await Promise.all([
    setNow(channel, listVariable(call.list), text, `0\${ARI_RAN}`),
    hearOfEnd(call, occasion),
  ]);
  // The same list may be carried out again: an attempt may have failed in the middle of it.
  if (Number(ran) > Number(call.list)) {
    log.info('A later event has decided already: verbs are not carried out', { list: call.list, later: ran });
    return;
  }
  if (call.changedState !== '') await setNow(channel, STATE_VARIABLE, call.changedState);
  const outcome = hangUpOutcome(call.list, call.awaited, steps);
  await setNow(channel, outcomeOfNewList(call.list), outcome, `\${SET(ARI_RAN=${call.list})}`);
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
        return void (await playAt({ list, at, part: '0', channelId }, step.media, ari));
      case 'gather':
        return void (await beginGather(step, { list, at, channelId }, ari));
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
  const place = placeOfPlayback(event.playback.id);
  if (!place) return undefined;
  return place.part === '0' ? played(place, occasion) : gatherPlayed(event, place, occasion);
}

async function played(place: PlaybackPlace, occasion: Occasion): Promise<Decided | 'taken'> {
  const { ari, event } = occasion;
  const { channelId, list, at } = place;
  const channel = channelHandle(ari, channelId);
  const ran = await unlessGone(channel.variable('ARI_RAN'));
  if (ran !== list) return 'taken';
  const stored = await storedList(list, channel);
  if (!stored || !(await claim(channel, `step_${list}_${at}`, event))) return 'taken';
  const own = await goOn({ channelId, list, at: at + 1, steps: stored.steps }, occasion);
  if (own?.do !== 'next') return 'taken';
  const state = (await channel.variable(`EVAL(${withoutOutcomeOf(list)}\${${STATE_VARIABLE}})`)) ?? '';
  return { ...arrivedAs('next', own.name, list, stored, state), result: '' };
}
