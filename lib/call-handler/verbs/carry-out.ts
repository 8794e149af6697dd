import { channelHandle } from '../../ari/channel.ts';
import type { AriClient } from '../../ari/client.ts';
import type { AriEventMap, Channel } from '../../ari/generated/model.ts';
import { VERBS_CONTEXT } from '../../ari/verbs-dialplan.ts';
import type { CallEvent } from '../../events/call-event.ts';
import type { Log } from '../../log.ts';
import { GiveUp } from '../give-up.ts';
import type { CollectedCall } from './collected-call.ts';
import { type Verb, written } from './list.ts';

/** The number of the list that ran last, and whether the dialplan has the contexts of verbs. */
const LOOK = `EVAL(0\${ARI_RAN}/\${DIALPLAN_EXISTS(${VERBS_CONTEXT},1,1)})`;

/** What a function of a handler has of its event. */
export interface Occasion {
  event: CallEvent;
  ari: AriClient;
  log: Log;
}

/**
 * Has Asterisk carry out the verbs that a function has asked for: writes them into a variable of the channel, and sends
 * the channel to the dialplan that runs them. This also claims the call, in one step: where Asterisk has taken it back,
 * or the caller has hung up, the second command is refused.
 *
 * A list that is older than one that ran is not sent: its event came late, or a second time.
 *
 * @throws AriError where the call is gone or has left the app
 * @throws GiveUp where the dialplan has no contexts for verbs
 */
export async function carryOut(call: CollectedCall, { event, ari, log }: Occasion): Promise<void> {
  if (call.wishes.length === 0) return;
  call.checkEnd();
  if (call.isOver) {
    log.info('The caller has hung up: verbs are not carried out', { verbs: call.wishes.map(({ verb }) => verb) });
    return;
  }
  const steps = call.wishes.map(({ steps }) => steps);
  const channel = channelHandle(ari, call.id);
  const place = await placeOf(call, event, ari);
  const { kind = '', name = '', attempt = 1 } = call.awaited ?? {};
  const header: Verb = ['call', place.app, place.home, kind, name, attempt, call.changedState];
  const value = written([header, ...(steps.flat() as Verb[])]);
  const [ran] = await Promise.all([
    look(call),
    channel.setChannelVar({ variable: `ARI_VERBS_${call.list}`, value }),
    // So that the app hears of the call's end while the dialplan has the call. Once for each call.
    ...(place.isNew
      ? [ari.applications.subscribe({ applicationName: event.application, eventSource: `channel:${call.id}` })]
      : []),
  ]);
  if (Number(ran.list) >= Number(call.list)) {
    log.info('A later event has decided already: verbs are not carried out', { list: call.list, later: ran.list });
    return;
  }
  if (!ran.hasVerbs) {
    throw new GiveUp(
      `Expected the context [${VERBS_CONTEXT}] in Asterisk's dialplan, which carries out verbs, but it is not there: write extensions.conf with asterisk-config, and reload the dialplan`,
    );
  }
  await channel.continueInDialplan({ context: VERBS_CONTEXT, extension: call.list, priority: 1 });

  async function look({ id }: CollectedCall): Promise<{ list: string; hasVerbs: boolean }> {
    const { value: seen } = await ari.channels.getChannelVar({ channelId: id, variable: LOOK });
    const [list = '0', has] = seen.split('/');
    return { list, hasVerbs: has === '1' };
  }
}

interface Place {
  /** App and arguments as `Stasis()` takes them; empty where Asterisk knows them from an earlier list. */
  app: string;
  /** Where the call goes on in the dialplan after the app; empty likewise. */
  home: string;
  /** No list has run for this call yet. */
  isNew: boolean;
}

async function placeOf(call: CollectedCall, event: CallEvent, ari: AriClient): Promise<Place> {
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
