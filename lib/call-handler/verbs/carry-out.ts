import { channelHandle } from '../../ari/channel.ts';
import type { AriClient } from '../../ari/client.ts';
import type { AriEventMap, Channel } from '../../ari/generated/model.ts';
import { VERBS_CONTEXT } from '../../ari/verbs-dialplan.ts';
import type { CallEvent } from '../../events/call-event.ts';
import { GiveUp } from '../give-up.ts';
import { carryOutByEvents } from './by-events.ts';
import type { CollectedCall } from './collected-call.ts';
import type { EventStep } from './event-step.ts';
import { hearOfEnd } from './hear-of-end.ts';
import { type Verb, written } from './list.ts';
import type { Occasion } from './occasion.ts';
import { setNow } from './set-now.ts';

/** The number of the list that ran last, and whether the dialplan has the contexts of verbs. */
const LOOK = `0\${ARI_RAN}/\${DIALPLAN_EXISTS(${VERBS_CONTEXT},1,1)}`;

/**
 * Has Asterisk carry out the verbs that a function has asked for: writes them into a variable of the channel, and sends
 * the channel to the dialplan that runs them. This also claims the call, in one step: where Asterisk has taken it back,
 * or the caller has hung up, the second command is refused.
 *
 * A list that is older than one that ran is not sent: its event came late, or a second time.
 *
 * Where the dialplan has no contexts for verbs, or cannot play the media, the handler carries them out itself.
 *
 * @throws AriError where the call is gone or has left the app
 * @throws GiveUp where only the dialplan could, and does not have the contexts
 */
export async function carryOut(call: CollectedCall, occasion: Occasion): Promise<void> {
  const { event, ari, claiming, log } = occasion;
  if (call.wishes.length === 0) return;
  call.checkEnd();
  if (call.isOver) {
    log.info('The caller has hung up: verbs are not carried out', { verbs: call.wishes.map(({ verb }) => verb) });
    return;
  }
  if (!call.wishes.every(({ steps }) => steps))
    return carryOutByEvents(call, eventSteps(call), { ...occasion, ari: claiming });
  const done = await sendToDialplan(call, occasion, await placeOf(call, event, ari));
  if (done === 'lacking') await carryOutByEvents(call, eventSteps(call), { ...occasion, ari: claiming });
}

/**
 * Sends a list to the dialplan, all of whose verbs the dialplan can carry out.
 *
 * @param place of the call, where no list of it has run before
 * @returns `later` where a list of this number, or of a greater one, has run; `lacking` where the dialplan has no contexts
 *   for verbs
 */
export async function sendToDialplan(
  call: CollectedCall,
  { event, ari, log }: Pick<Occasion, 'event' | 'ari' | 'log'>,
  place: Place = { app: '', home: '', isNew: false },
): Promise<'sent' | 'later' | 'lacking'> {
  const channel = channelHandle(ari, call.id);
  const { kind = '', name = '', attempt = 1 } = call.awaited ?? {};
  const header: Verb = ['call', place.app, place.home, kind, name, attempt, call.changedState];
  const value = written([header, ...call.wishes.flatMap(({ steps = [] }) => steps)]);
  const [seen] = await Promise.all([
    setNow(channel, `ARI_VERBS_${call.list}`, value, LOOK),
    ...(place.isNew ? [hearOfEnd(call, { event, ari })] : []),
  ]);
  const [ran = '0', hasVerbs] = seen.split('/');
  if (Number(ran) >= Number(call.list)) {
    log.info('A later event has decided already: verbs are not carried out', { list: call.list, later: ran });
    return 'later';
  }
  if (hasVerbs !== '1') return 'lacking';
  await channel.continueInDialplan({ context: VERBS_CONTEXT, extension: call.list, priority: 1 });
  return 'sent';
}

/** @throws GiveUp where a verb needs the dialplan's contexts for verbs */
function eventSteps({ wishes }: CollectedCall): EventStep[] {
  return wishes.map(({ verb, byEvents }) => {
    if (byEvents) return byEvents;
    throw new GiveUp(
      `${verb}() needs the context [${VERBS_CONTEXT}] of Asterisk's dialplan: write extensions.conf with asterisk-config, reload the dialplan, and play sounds and recordings only in the same list`,
    );
  });
}

/** What Asterisk has to know before a call's first list. */
export interface Place {
  /** App and arguments as `Stasis()` takes them; empty where Asterisk knows them from an earlier list. */
  app: string;
  /** Where the call goes on in the dialplan after the app; empty likewise. */
  home: string;
  /** No list has run for this call yet. */
  isNew: boolean;
}

/** Where a call is that has no list, or its list is carried out. */
export async function placeOf(call: CollectedCall, event: CallEvent, ari: AriClient): Promise<Place> {
  const shown = (event as Partial<AriEventMap['StasisStart']>).channel as Channel | undefined;
  const { dialplan } = shown ?? (await ari.channels.get({ channelId: call.id }));
  if (dialplan.context === VERBS_CONTEXT) return { app: '', home: '', isNew: false };
  const app =
    event.type === 'StasisStart'
      ? [event.application, ...call.args.map(escaped)].join()
      : (dialplan.app_data as string);
  return { app, home: [dialplan.context, dialplan.exten, Number(dialplan.priority) + 1].join(), isNew: true };
}

/** An argument of `Stasis()`, so that the dialplan takes each character as it is. */
function escaped(argument: string): string {
  return argument.replace(/[\\",()[\]]/g, '\\$&');
}
