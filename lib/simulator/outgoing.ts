import type { Channel } from '../ari/generated/model.ts';
import type { Channels } from './channels.ts';
import type { Clock } from './clock.ts';
import type { Dialplan } from './dialplan.ts';
import { Refusal } from './refusal.ts';
import type { SimulatedChannel } from './simulated-channel.ts';

/** What a phone does that is called. */
export type PhoneBehaviour = 'answers' | 'rings' | 'busy';

export interface OutgoingCall {
  endpoint: string | undefined;
  /** Where the channel goes when it is answered: to an app, or to an extension. */
  app: string | undefined;
  args: string[];
  extension: string | undefined;
  id: string | undefined;
  otherId: string | undefined;
  /** `Alice <1001>` */
  callerId: string;
  /** Seconds until nobody has answered; -1 for no limit. */
  timeout: number;
  variables: Record<string, unknown>;
}

const TECHNOLOGIES = ['Local', 'PJSIP', 'SIP', 'IAX2', 'DAHDI'];

/** Calls that Asterisk places: to a Local extension of its own dialplan, or to a phone. */
export class Outgoing {
  readonly #channels: Channels;
  readonly #dialplan: Dialplan;
  readonly #clock: Clock;
  readonly #phones: Readonly<Record<string, PhoneBehaviour>>;
  /** What is still to be called: `create` without `dial`. */
  readonly #undialled = new Map<SimulatedChannel, OutgoingCall>();

  constructor(channels: Channels, dialplan: Dialplan, clock: Clock, phones: Readonly<Record<string, PhoneBehaviour>>) {
    this.#channels = channels;
    this.#dialplan = dialplan;
    this.#clock = clock;
    this.#phones = phones;
  }

  originate(call: OutgoingCall): Channel {
    const channel = this.#create(call);
    channel.steps = call.app === undefined ? (this.#dialplan.steps(call.extension ?? '') ?? []) : [];
    if (call.app !== undefined) channel.steps.push(`Stasis(${[call.app, ...call.args].join()})`);
    const answered = channel.snapshot;
    // The command is answered before anything comes of it.
    queueMicrotask(() => this.#call(channel, call));
    return answered;
  }

  /** A channel that is in its app at once, and calls nobody yet. */
  create(call: OutgoingCall): Channel {
    const channel = this.#create(call);
    this.#undialled.set(channel, call);
    const answered = channel.snapshot;
    queueMicrotask(() => this.#channels.enter(channel, call.app ?? '', call.args));
    return answered;
  }

  dial(id: string, timeout: number): void {
    const channel = this.#channels.inStasis(id);
    const call = this.#undialled.get(channel);
    if (!call) throw new Refusal(409, 'Channel is not in a state to be dialled');
    this.#undialled.delete(channel);
    this.#call(channel, { ...call, timeout });
  }

  #create({ endpoint = '', app, extension, id, callerId, variables }: OutgoingCall): SimulatedChannel {
    if (endpoint === '') throw new Refusal(400, 'Endpoint must be specified');
    const [technology = '', address] = endpoint.split(/\/(.*)/s);
    if (!address) throw new Refusal(400, 'Invalid endpoint specified');
    if (app === undefined && extension === undefined) {
      throw new Refusal(400, 'Application or extension must be specified');
    }
    if (!TECHNOLOGIES.includes(technology)) throw new Refusal(500, 'Allocation failed');
    const caller = callerOf(callerId);
    const half = technology === 'Local' ? ';1' : '';
    const exten = address.split('@')[0] ?? '';
    const channel = this.#channels.create({ id, name: `${endpoint}-#${half}`, state: 'Down', exten, caller });
    if (app !== undefined) channel.followers.add(app);
    for (const [name, value] of Object.entries(variables)) channel.variables.set(name, String(value));
    return channel;
  }

  #call(channel: SimulatedChannel, { endpoint = '', otherId, timeout }: OutgoingCall): void {
    const behaviour = this.#phones[endpoint] ?? 'rings';
    const local = /^Local\/([^@]+)/.exec(endpoint)?.[1];
    const steps = local === undefined ? undefined : this.#dialplan.steps(local);
    if (local !== undefined && !steps) {
      channel.snapshot = { ...channel.snapshot, state: 'Down' };
      this.#channels.end(channel, 0, false);
      return;
    }
    this.#channels.tellOfDial(channel, '');
    if (timeout >= 0) this.#clock.after(timeout * 1000, () => this.#nobodyAnswered(channel));
    if (local === undefined) this.#ringPhone(channel, behaviour);
    else {
      const { id, name, caller } = channel.snapshot;
      const linkedid = String(channel.snapshot.channelvars?.['CHANNEL(linkedid)']);
      const other = { id: otherId ?? `${id};2`, name: name.replace(/1$/, '2'), caller, exten: local, linkedid };
      const peer = this.#channels.create({ ...other, state: 'Ring' });
      for (const app of channel.followers) peer.followers.add(app);
      peer.steps = steps ?? [];
      peer.peer = channel;
      channel.peer = peer;
      this.#channels.goOn(peer);
    }
  }

  #ringPhone(channel: SimulatedChannel, behaviour: PhoneBehaviour): void {
    if (behaviour === 'busy') {
      this.#channels.end(channel, 17);
      return;
    }
    this.#channels.turn(channel, 'Ringing');
    this.#channels.tellOfDial(channel, 'RINGING');
    if (behaviour === 'answers') this.#channels.pickedUp(channel);
  }

  /** Asterisk reports this only by the end of the channel. */
  #nobodyAnswered(channel: SimulatedChannel): void {
    if (channel.snapshot.state === 'Up' || !this.#channels.find(channel.snapshot.id)) return;
    this.#channels.end(channel, 19, false);
  }
}

function callerOf(callerId: string): { name: string; number: string } {
  const [, name = '', number = callerId] = /^(.*?)\s*<(.*)>$/.exec(callerId) ?? [];
  return { name: name.replaceAll('"', ''), number };
}
