import type { Channel as ChannelSnapshot } from '../ari/generated/model.ts';
import type { Apps } from './app/apps.ts';
import { Bridge } from './bridge/bridge.ts';
import { inheritAccount } from './channel/accounts.ts';
import type { Channel } from './channel/channel.ts';
import type { Channels } from './channel/channels.ts';
import { checkId, type Party, parsedParty } from './channel/party.ts';
import { LocalPair, silent } from './channel/technologies.ts';
import type { ChannelRequests } from './channel-requests.ts';
import type { Clock } from './clock.ts';
import type { Control } from './control.ts';
import { answeredCall, tellOfDial } from './dialling.ts';
import { assign, report } from './dialplan/functions.ts';
import { execute, type Pbx } from './dialplan/pbx.ts';
import { inherit } from './dialplan/variables.ts';
import {
  appData,
  checkEndpoint,
  checkFormats,
  dialstring,
  type NewVariable,
  type OutgoingCall,
  priorityOf,
} from './outgoing-call.ts';
import { Refusal } from './refusal.ts';
import type { Stasis } from './stasis.ts';
import type { Thread, Threads } from './threads.ts';

export interface OutgoingOptions {
  apps: Apps;
  channels: Channels;
  clock: Clock;
  pbx: Pbx;
  stasis: Stasis;
  threads: Threads;
  requests: ChannelRequests;
}

/** Calls that Asterisk places: to a Local extension of its own dialplan, or to a phone. */
export class Outgoing {
  readonly #options: OutgoingOptions;
  /** By what a channel that was created is dialled later. */
  readonly #dialstrings = new WeakMap<Channel, string>();
  readonly #dialBridge: Bridge;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    const { apps, clock } = options;
    const kind = { holding: true, video: 'talker' } as const;
    this.#dialBridge = new Bridge({ id: 'dial_bridge', name: 'dial_bridge', kind, isInvisible: true }, apps, clock);
  }

  /** Calls, and answers before anything comes of it. */
  originate(call: OutgoingCall): ChannelSnapshot {
    checkId(call.id);
    checkId(call.otherId);
    this.#check(call);
    const goal = this.#goal(call);
    const originator = this.#originator(call);
    checkFormats(call.formats);
    const channel = this.#options.requests.create(call, originator);
    channel.app = 'AppDial2';
    channel.appData = '(Outgoing Line)';
    if (originator) {
      inherit(originator, channel);
      channel.connected = originator.caller;
      channel.language = originator.language;
      inheritAccount(channel, originator);
    }
    channel.outgoing = true;
    channel.publish();
    this.#introduce(channel, call.callerId);
    assignAll(channel, call.variables);
    if (call.app) {
      this.#options.apps.find(call.app)?.subscribe('channel', channel.id);
      const peer = channel.technology instanceof LocalPair ? channel.technology.other : undefined;
      if (peer) this.#options.apps.find(call.app)?.subscribe('channel', peer.id);
    }
    const answered = channel.known;
    this.#options.threads.start(this.#dialAndGo(channel, call, goal));
    return answered;
  }

  /** A channel that is in its app at once, and calls nobody yet. */
  create(call: OutgoingCall): ChannelSnapshot {
    if (call.originator && call.formats) throw new Refusal(400, "Originator and formats can't both be specified");
    if (!call.endpoint) throw new Refusal(400, 'Endpoint must be specified');
    checkEndpoint(call.endpoint);
    const originator = call.originator ? this.#options.channels.find(call.originator) : undefined;
    if (originator) this.#options.apps.find(call.app ?? '')?.subscribe('channel', originator.id);
    else checkFormats(call.formats);
    const channel = this.#options.requests.create(call, originator);
    this.#options.apps.find(call.app ?? '')?.subscribe('channel', channel.id);
    assignAll(channel, call.variables);
    reportAll(channel, call.variables);
    channel.outgoing = true;
    this.#dialstrings.set(channel, dialstring(call.endpoint));
    const answered = channel.known;
    this.#options.threads.start(this.#goToApp(channel, appData(call)));
    return answered;
  }

  /** @param caller the channel that calls, whose variables and caller id the called one gets */
  dial(id: string, caller: string | undefined, timeout: number): void {
    const { stasis, channels } = this.#options;
    const control = stasis.control(id);
    const { channel } = control;
    if (channel.state !== 'Down' && channel.state !== 'Rsrved') {
      throw new Refusal(409, "Channel is not in the 'Down' state");
    }
    const number = this.#dialstrings.get(channel);
    if (number === undefined) throw new Refusal(409, 'Dialing a channel not created by ARI');
    const from = caller ? channels.find(caller) : undefined;
    if (from) {
      inherit(from, channel);
      channel.connected = from.caller;
      channel.language = from.language;
      channel.publish();
    }
    const { clock } = this.#options;
    const dialBridge = this.#dialBridge;
    control.post(function* () {
      if (!control.seat) yield* stasis.seat(control, dialBridge);
      if (timeout > 0) {
        clock.after(timeout * 1000, () => {
          if (channel.state === 'Up' || channel.isGone) return;
          channel.hangupCause = 19;
          channel.requestHangup('explicit');
        });
      }
      if (!channel.technology.call(channel)) {
        channel.breakOff();
        return -1;
      }
      tellOfDial(channel, '', number);
      return 0;
    });
  }

  /** A channel that is being called and has left its bridge is called on. */
  *ringOn(control: Control): Thread {
    const { channel } = control;
    if (channel.isHungUp || channel.state === 'Up' || channel.pbx) return;
    yield* this.#options.stasis.seat(control, this.#dialBridge);
  }

  /** Media from outside, which answer at once. */
  externalMedia(call: OutgoingCall, technology: string, address: string, name: string): ChannelSnapshot {
    checkId(call.id);
    const goal = this.#goal(call);
    const channel = this.#options.channels.create({
      id: call.id,
      name,
      state: 'Down',
      technology: silent(technology, (called) => {
        // Where Asterisk waits for somebody to connect, nobody does.
        if (!/^INCOMING/.test(address)) called.control('answer');
        return true;
      }),
    });
    channel.app = 'AppDial2';
    channel.appData = '(Outgoing Line)';
    channel.outgoing = true;
    channel.publish();
    assignAll(channel, call.variables);
    this.#options.apps.find(call.app ?? '')?.subscribe('channel', channel.id);
    const answered = channel.snapshot;
    this.#options.threads.start(this.#dialAndGo(channel, { ...call, endpoint: `${technology}/${address}` }, goal));
    return answered;
  }

  #check({ endpoint, originator, formats }: OutgoingCall): void {
    if (!endpoint) throw new Refusal(400, 'Endpoint must be specified');
    if (originator && formats) throw new Refusal(400, "Originator and formats can't both be specified");
    checkEndpoint(endpoint);
  }

  /** What an answered channel does. */
  #goal(call: OutgoingCall): (channel: Channel) => Thread {
    const { pbx, stasis } = this.#options;
    if (call.app) {
      const data = appData(call);
      return function* (channel) {
        yield* execute(channel, 'Stasis', data, (held, given) => stasis.application(held, given));
        yield* pbx.hangupHandlers(channel);
      };
    }
    if (!call.extension) throw new Refusal(400, 'Application or extension must be specified');
    const { extension, context = 'default' } = call;
    const priority =
      priorityOf(call.label, call.priority, (label) => pbx.dialplan.priority(context, extension, label)) ?? 1;
    return function* (channel) {
      channel.context = context;
      channel.exten = extension;
      channel.priority = priority;
      yield* pbx.runToEnd(channel);
    };
  }

  #originator({ originator }: OutgoingCall): Channel | undefined {
    if (!originator) return undefined;
    const channel = this.#options.channels.find(originator);
    if (!channel) throw new Refusal(400, 'Provided originator channel was not found');
    return channel;
  }

  /** Whom a called channel shows: who calls, as if the called one had called. */
  #introduce(channel: Channel, callerId: string | undefined): void {
    if (!callerId) return;
    const { name, number } = parsedParty(callerId);
    if (!name && !number) return;
    const given: Partial<Party> = { ...(name && { name }), ...(number && { number }) };
    channel.caller = { ...channel.caller, ...given };
    channel.connected = { ...channel.connected, ...given };
    channel.publish();
  }

  *#dialAndGo(channel: Channel, call: OutgoingCall, goal: (channel: Channel) => Thread): Thread {
    const isCalled = channel.technology.call(channel);
    if (isCalled) tellOfDial(channel, '', dialstring(call.endpoint));
    reportAll(channel, call.variables);
    if (isCalled && (yield* answeredCall(channel, call, this.#options.clock))) yield* goal(channel);
    channel.end();
  }

  *#goToApp(channel: Channel, data: string): Thread {
    const { stasis, pbx } = this.#options;
    yield* execute(channel, 'Stasis', data, (held, given) => stasis.application(held, given));
    yield* pbx.hangupHandlers(channel);
    channel.end();
  }
}

function assignAll(channel: Channel, variables: readonly NewVariable[]): void {
  for (const { name, value } of variables) assign(channel, name, value);
}

/** Asterisk begins to call before it does this. */
function reportAll(channel: Channel, variables: readonly NewVariable[]): void {
  for (const { name, isReported } of variables) if (isReported) report(channel, name, true);
}
