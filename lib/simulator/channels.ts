import type { Channel } from '../ari/generated/model.ts';
import { type Apps, ariTime } from './apps.ts';
import type { Bridges } from './bridges.ts';
import { causeText, dialStatus } from './causes.ts';
import type { Clock } from './clock.ts';
import type { Dialplan } from './dialplan.ts';
import type { MediaTarget } from './playbacks.ts';
import { RecordingTask } from './recordings.ts';
import { channelNotFound, notInStasis, Refusal } from './refusal.ts';
import { SimulatedChannel } from './simulated-channel.ts';

export interface NewChannel {
  id?: string | undefined;
  name: string;
  state: Channel['state'];
  exten?: string;
  caller?: { name: string; number: string };
  /** The channel that it belongs to the call of. */
  linkedid?: string | undefined;
}

/** The channels that there are: how they come, go from app to app, and go. */
export class Channels {
  readonly #all = new Map<string, SimulatedChannel>();
  readonly #apps: Apps;
  readonly #bridges: Bridges;
  readonly #dialplan: Dialplan;
  readonly #clock: Clock;
  #created = 0;

  constructor(apps: Apps, bridges: Bridges, dialplan: Dialplan, clock: Clock) {
    this.#apps = apps;
    this.#bridges = bridges;
    this.#dialplan = dialplan;
    this.#clock = clock;
  }

  get list(): SimulatedChannel[] {
    return [...this.#all.values()];
  }

  find(id: string): SimulatedChannel | undefined {
    return this.#all.get(id);
  }

  get(id: string): SimulatedChannel {
    const channel = this.find(id);
    if (!channel) throw channelNotFound();
    return channel;
  }

  /** The channel, if it is in an app that may command it. */
  inStasis(id: string): SimulatedChannel {
    const channel = this.get(id);
    if (channel.app === undefined) throw notInStasis();
    return channel;
  }

  target(id: string): MediaTarget {
    const channel = this.inStasis(id);
    return { uri: `channel:${id}`, queue: channel.queue, audience: () => channel.audience() };
  }

  create({ id, name, state, exten = 's', caller = { name: '', number: '' }, linkedid }: NewChannel): SimulatedChannel {
    const now = this.#clock.now();
    const unique = id ?? `${Math.floor(now.getTime() / 1000)}.${this.#created}`;
    // Asterisk compares as many characters as the new id has: one that another channel's begins with is taken too.
    if ([...this.#all.keys()].some((taken) => taken.startsWith(unique))) {
      throw new Refusal(409, 'Channel with given unique ID already exists');
    }
    const channel = new SimulatedChannel({
      id: unique,
      name: name.replace('#', String(this.#created++).padStart(8, '0')),
      state,
      protocol_id: `${unique}@simulator`,
      caller,
      connected: { name: '', number: '' },
      accountcode: '',
      dialplan: { context: 'default', exten, priority: 1, app_name: '', app_data: '' },
      creationtime: ariTime(now),
      language: 'en',
      channelvars: { 'CHANNEL(linkedid)': linkedid ?? unique },
    });
    this.#all.set(unique, channel);
    return channel;
  }

  /** Runs what is left of a channel's extension, up to where it stays. */
  goOn(channel: SimulatedChannel): void {
    for (;;) {
      const [, name = 'Hangup', data = ''] = /^(\w+)\((.*)\)$/.exec(channel.steps.shift() ?? '') ?? [];
      if (name === 'Wait') return;
      if (name === 'Answer') this.nowUp(channel);
      else if (name === 'Ringing') this.#ringing(channel.peer);
      else if (name === 'Stasis') {
        const [app = '', ...args] = data.split(',');
        if (this.enter(channel, app, args)) return;
      } else {
        if (name === 'Busy' && channel.peer) this.#isBusy(channel.peer);
        this.end(channel, name === 'Busy' ? 17 : 16);
        return;
      }
    }
  }

  /** @returns whether anybody listens for the app: if not, the channel goes on in the dialplan */
  enter(channel: SimulatedChannel, app: string, args: string[]): boolean {
    if (!this.#apps.has(app)) return false;
    const dialplan = { ...channel.snapshot.dialplan, priority: 2, app_name: 'Stasis', app_data: [app, ...args].join() };
    channel.snapshot = { ...channel.snapshot, dialplan };
    channel.app = app;
    this.#apps.emit([app], 'StasisStart', { args, channel: channel.snapshot });
    return true;
  }

  answer(id: string): Promise<void> {
    const channel = this.inStasis(id);
    return channel.queue.inTurn(() => this.nowUp(channel));
  }

  /** Asterisk answers this command before the channel's turn has come. */
  move(id: string, app: string, args: string[]): void {
    const channel = this.inStasis(id);
    // Asterisk 22.10 crashes on a move without an app: nobody should rely on what comes then.
    if (app === '') throw new Refusal(400, 'Missing parameter app');
    void channel.queue.inTurn(() => {
      if (!this.#apps.has(app)) {
        const failed = { channel: channel.snapshot, destination: app, args };
        this.#apps.emit(channel.audience(), 'ApplicationMoveFailed', failed);
        return;
      }
      this.#leaveStasis(channel);
      this.enter(channel, app, args);
    });
  }

  /** So does Asterisk here. */
  continueInDialplan(id: string, exten: string | undefined): void {
    const channel = this.inStasis(id);
    void channel.queue.inTurn(() => {
      this.#leaveStasis(channel);
      if (exten) channel.steps = this.#dialplan.steps(exten) ?? [];
      this.goOn(channel);
    });
  }

  /** An app hangs up. */
  hangup(id: string, cause = 16): void {
    const channel = this.get(id);
    this.#apps.emit(channel.audience(), 'ChannelHangupRequest', { cause: 32, soft: true, channel: channel.snapshot });
    this.end(channel, cause);
  }

  /** The other side hangs up. */
  hungUp(channel: SimulatedChannel, cause = 16): void {
    if (!this.#all.has(channel.snapshot.id)) return;
    this.#apps.emit(channel.audience(), 'ChannelHangupRequest', { cause, channel: channel.snapshot });
    this.end(channel, cause);
  }

  /**
   * Ends a channel, and with it the other half of a Local one and those that listen in.
   *
   * @param toldOfDial whether its apps learn what came of dialling it, where it was not up yet
   */
  end(channel: SimulatedChannel, cause: number, toldOfDial = true): void {
    if (!this.#all.delete(channel.snapshot.id)) return;
    channel.queue.abort();
    this.#leaveStasis(channel);
    // An incoming channel was never dialled, and is in state `Ring` while it is not up.
    if (toldOfDial && channel.followers.size > 0 && ['Down', 'Ringing'].includes(channel.snapshot.state)) {
      this.tellOfDial(channel, dialStatus(cause));
    }
    const { peer } = channel;
    channel.peer = undefined;
    if (peer) this.hungUp(peer, cause);
    const ended = { cause, cause_txt: causeText(cause), channel: channel.snapshot };
    this.#apps.emit(channel.audience(), 'ChannelDestroyed', ended);
    for (const snoop of channel.snoops) this.end(snoop, 16);
  }

  /** Answers, and lets the other half of a Local channel know. */
  nowUp(channel: SimulatedChannel): void {
    if (channel.snapshot.state === 'Up') return;
    this.turn(channel, 'Up');
    if (channel.peer) this.pickedUp(channel.peer);
  }

  /** A phone that was called is picked up: its channel goes where it was to go. */
  pickedUp(channel: SimulatedChannel): void {
    if (channel.snapshot.state === 'Up') return;
    this.turn(channel, 'Up');
    this.tellOfDial(channel, 'ANSWER');
    if (channel.app === undefined) this.goOn(channel);
  }

  turn(channel: SimulatedChannel, state: Channel['state']): void {
    channel.snapshot = { ...channel.snapshot, state };
    this.#apps.emit(channel.audience(), 'ChannelStateChange', { channel: channel.snapshot });
  }

  tellOfDial(peer: SimulatedChannel, dialstatus: string): void {
    const dialstring = peer.snapshot.name.replace(/^[^/]+\//, '').replace(/-\d{8}.*$/, '');
    this.#apps.emit(peer.audience(), 'Dial', { dialstatus, forward: '', dialstring, peer: peer.snapshot });
  }

  /** The other side presses a digit. */
  pressDigit(channel: SimulatedChannel, digit: string): void {
    this.#apps.emit(channel.audience(), 'ChannelDtmfReceived', { digit, duration_ms: 100, channel: channel.snapshot });
    const { current } = channel.queue;
    if (current instanceof RecordingTask && current.endsOn(digit)) current.finish();
  }

  #ringing(called: SimulatedChannel | undefined): void {
    if (called?.snapshot.state !== 'Down') return;
    this.turn(called, 'Ringing');
    this.tellOfDial(called, 'RINGING');
  }

  /** What it was called for ends without a cause, and without anybody asking for it. */
  #isBusy(called: SimulatedChannel): void {
    this.tellOfDial(called, 'BUSY');
    called.peer = undefined;
    this.end(called, 0, false);
  }

  #leaveStasis(channel: SimulatedChannel): void {
    this.#bridges.leave(channel, false);
    if (channel.app !== undefined) this.#apps.emit([channel.app], 'StasisEnd', { channel: channel.snapshot });
    channel.app = undefined;
  }
}
