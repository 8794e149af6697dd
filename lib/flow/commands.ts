import { channelHandle } from '../ari/channel.ts';
import type { AriClient } from '../ari/client.ts';
import { AriError, unlessGone } from '../ari/errors.ts';
import { NOT_IN_STASIS } from '../ari/too-early.ts';
import { VERBS_CONTEXT } from '../ari/verbs-dialplan.ts';
import { AGAIN_AFTER_MS, againAtOnce } from '../call-handler/again-at-once.ts';
import { claimingClient } from '../call-handler/call-claim.ts';
import { GiveUp } from '../call-handler/give-up.ts';
import { whatHappenedMeanwhile } from '../call-handler/meanwhile.ts';
import { placeOf, sendToDialplan } from '../call-handler/verbs/carry-out.ts';
import { CollectedCall } from '../call-handler/verbs/collected-call.ts';
import type { CallEvent } from '../events/call-event.ts';
import type { Log } from '../log.ts';
import type { ListVerb } from './verb.ts';

/** What came of commands: `gone` where the caller had hung up, or the call had left the app. */
export type Sent = 'sent' | 'gone';

/** The commands by which a flow acts on its call. Each can be repeated: the same one twice does nothing twice. */
export class Commands {
  readonly #event: CallEvent<'StasisStart'>;
  readonly #id: string;
  readonly #ari: AriClient;
  readonly #log: Log;

  constructor(event: CallEvent<'StasisStart'>, ari: AriClient, log: Log) {
    this.#event = event;
    this.#id = event.channel.id;
    this.#ari = ari;
    this.#log = log;
  }

  /** The client whose first command claims the call: only where the call is in its app. */
  claiming(): AriClient {
    return claimingClient(this.#ari, this.#id);
  }

  /**
   * Has Asterisk carry out a list. The number is the same whenever the list is sent again, and Asterisk runs it once.
   *
   * @throws GiveUp where only commands of ARI could carry out the list
   */
  list(number: number, { ask, verbs }: ListVerb, isFirst: boolean): Promise<Sent> {
    const { metadata } = this.#event;
    const event = { ...this.#event, metadata: { ...metadata, channelSequence: number } };
    const call = new CollectedCall(event, this.#id);
    for (const one of ask) one(call);
    call.checkEnd();
    if (!call.wishes.every(({ steps }) => steps)) {
      throw new GiveUp(
        `Expected sounds and recordings in a flow, which Asterisk's dialplan plays, got a URL or a tone in ${verbs.join(', ')}`,
      );
    }
    return this.#send(async () => {
      const occasion = { event, ari: this.#ari, log: this.#log };
      const done = await sendToDialplan(call, occasion, isFirst ? await placeOf(call, event, this.#ari) : undefined);
      if (done !== 'lacking') return;
      throw new GiveUp(
        `Flows need the context [${VERBS_CONTEXT}] of Asterisk's dialplan: write extensions.conf with asterisk-config, and reload the dialplan`,
      );
    });
  }

  /** Answers, or lets the caller hear ringing: commands that take no time. */
  now(verbs: readonly string[]): Promise<Sent> {
    return this.act(async (ari) => {
      const channel = channelHandle(ari, this.#id);
      for (const verb of verbs) await (verb === 'answer' ? channel.answer() : channel.ring());
    });
  }

  /** Keeps the call in the app, with music on hold or in silence. */
  hold(music: string | undefined): Promise<Sent> {
    return this.act(async (ari) => {
      const channel = channelHandle(ari, this.#id);
      if (music === undefined) await channel.setChannelVar({ variable: 'ARI_HELD', value: 'yes' });
      else await channel.startMoh({ mohClass: music });
    });
  }

  async endMusic(): Promise<void> {
    await unlessGone(channelHandle(this.#ari, this.#id).stopMoh());
  }

  /** Wherever the call is. */
  async hangUp(cause: number): Promise<void> {
    await unlessGone(channelHandle(this.#ari, this.#id).hangup({ reason_code: String(cause) }));
  }

  /** Lets Asterisk take the call to the fallback, as one that no handler has claimed. */
  async giveBack(now: Date): Promise<void> {
    const channel = channelHandle(this.#ari, this.#id);
    const seconds = String(Math.floor(now.getTime() / 1000));
    try {
      await channel.setChannelVar({ variable: 'ARI_RESCUE_AT', value: seconds });
      await channel.setChannelVar({ variable: 'TIMEOUT(absolute)', value: '1' });
    } catch (error) {
      this.#log.warn('The call could not be given back to Asterisk', { reason: (error as Error).message });
    }
  }

  /** Commands of the flow's own: what the caller did meanwhile is not an error. */
  act(work: (ari: AriClient) => Promise<void>): Promise<Sent> {
    return this.#send(async () => {
      await this.#subscribe();
      await work(this.claiming());
    });
  }

  /** Whether an error says only that the caller has hung up, or the call has left the app. */
  async isOver(error: unknown): Promise<boolean> {
    return (await whatHappenedMeanwhile(error, this.#event, this.#ari))?.level === 'info';
  }

  /** So that the app hears of the call's end also where the dialplan has it. */
  async #subscribe(): Promise<void> {
    const { application } = this.#event;
    await this.#ari.applications.subscribe({ applicationName: application, eventSource: `channel:${this.#id}` });
  }

  async #send(work: () => Promise<void>): Promise<Sent> {
    try {
      await againAtOnce(work, AGAIN_AFTER_MS, this.#log);
      return 'sent';
    } catch (error) {
      // Sent before, by an attempt whose end is not known: the dialplan has the call, and its outcome comes.
      if (error instanceof AriError && error.said === NOT_IN_STASIS) return 'sent';
      if (await this.isGone(error)) return 'gone';
      throw error;
    }
  }

  async isGone(error: unknown): Promise<boolean> {
    if (!(error instanceof AriError)) return false;
    if (error.kind === 'unauthorized' || error.kind === 'unavailable') return false;
    return (await unlessGone(this.#ari.channels.get({ channelId: this.#id }))) === undefined;
  }
}
