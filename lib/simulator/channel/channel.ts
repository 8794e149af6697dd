import { createHash } from 'node:crypto';
import type { AriEventMap, Channel as ChannelSnapshot } from '../../ari/generated/model.ts';
import { type Apps, ariTime, type EventFields } from '../app/apps.ts';
import { causeText } from '../causes.ts';
import type { Clock } from '../clock.ts';
import type { Dialplan } from '../dialplan.ts';
import type { Signal, Threads } from '../threads.ts';
import { NOBODY, type Party } from './party.ts';

export type ChannelState = ChannelSnapshot['state'];

/** What comes in on a channel from its other end, or is put in by a command for the thread that reads it. */
export type Frame =
  | { type: 'digit'; digit: string }
  | { type: 'control'; control: Control }
  | { type: 'connected'; party: Party };

export type Control =
  | 'answer'
  | 'ringing'
  | 'progress'
  | 'busy'
  | 'congestion'
  | 'hold'
  | 'unhold'
  | 'stop'
  | 'suspend'
  | 'restart'
  | 'reverse'
  | 'forward'
  | 'stop recording'
  | 'cancel recording'
  | 'suspend recording';

/** Why a channel is to end: somebody asked for it, its other end is gone, its time is over, the dialplan is at its end. */
export type Hangup = 'explicit' | 'device' | 'timeout' | 'elsewhere' | 'dialplan';

/** How a caller id may be shown. */
const ALLOWED = [0, 'Presentation Allowed, Not Screened'] as const;
const UNAVAILABLE = [67, 'Number Unavailable'] as const;

/** Bits by which Asterisk names them. */
const HANGUP_BITS: Record<Hangup, number> = { explicit: 32, device: 1, timeout: 8, elsewhere: 2, dialplan: 16 };

/** What stands behind a channel: the other half of a Local one, a phone, nothing. */
export interface Technology {
  readonly name: string;
  /** Who answers, for `AMD()`. */
  readonly voice?: 'human' | 'machine' | undefined;
  indicate(channel: Channel, control: Control): void;
  connectedLine(channel: Channel, party: Party): void;
  digit(channel: Channel, digit: string): void;
  /** Calls. @returns whether there is somebody to call */
  call(channel: Channel): boolean;
  hangup(channel: Channel): void;
  /** The other half of a Local channel. */
  peerOf?(channel: Channel): Channel | undefined;
}

export interface ChannelWish {
  id: string;
  name: string;
  state: ChannelState;
  technology: Technology;
  context: string;
  exten: string;
  caller?: Party | undefined;
  /** The call that it belongs to. @default one of its own */
  call?: Call | undefined;
}

/** What all legs of a call have in common. */
export interface Call {
  /** The id of its first channel. */
  linkedid: string;
  /** The greater number is the later call. */
  number: number;
}

/** What all channels share. */
export interface Surroundings {
  apps: Apps;
  clock: Clock;
  threads: Threads;
  dialplan: Dialplan;
  /** A channel by its name or its id, where it is not gone. */
  channelNamed: (name: string) => Channel | undefined;
  /** What every event has of a channel, as ari.conf says, beside the call id. */
  alwaysReported: (channel: Channel) => Record<string, string>;
}

/** A channel: what Asterisk keeps of it, what comes in on it, and its events. */
export class Channel {
  static #calls = 0;
  readonly id: string;
  readonly name: string;
  readonly technology: Technology;
  /** The SIP Call-ID. */
  readonly protocolId: string;
  readonly changed: Signal;
  state: ChannelState;
  caller: Party;
  connected: Party = NOBODY;
  accountcode = '';
  /** The account of the other end. */
  peeraccount = '';
  language = 'en';
  context: string;
  exten: string;
  priority = 1;
  /** The application of the dialplan that it is in. */
  app = '';
  appData = '';
  call: Call;
  /** By names without the underscores that say who inherits. */
  readonly variables = new Map<string, { name: string; value: string }>();
  /** SIP headers that it came with, by name in small letters. */
  readonly headers = new Map<string, string>();
  /** Variables that go into every event, and how each is read. */
  readonly reported = new Map<string, () => string | undefined>();
  readonly frames: Frame[] = [];
  /** In which directions it is muted. */
  readonly muted = new Set<string>();
  /** How long the dialplan waits for a first digit and for a next one; undefined while it runs no dialplan. */
  pbx: { responseMs: number; digitMs: number } | undefined;
  /** It was called, and is not up for any other reason. */
  outgoing = false;
  /** It is sent silence: what reads it next notices a hang-up, even one that was noticed before. */
  isSentSilence = false;
  hangupCause = 0;
  isGone = false;
  /** The bridge that it sits in. */
  bridgeId: string | undefined;
  readonly #createdAt: Date;
  readonly #hangups = new Set<Hangup>();
  /** Nobody has noticed the last request to hang up yet. */
  #hangupUnread = false;
  readonly #around: Surroundings;
  #upSince: number | undefined;
  #published: ChannelSnapshot | undefined;
  #timeout: { at: number; cancel: () => void } | undefined;

  constructor(wish: ChannelWish, around: Surroundings) {
    this.id = wish.id;
    this.name = wish.name;
    this.technology = wish.technology;
    this.protocolId = wish.technology.name === 'PJSIP' ? callIdOf(wish.id) : '';
    this.state = wish.state;
    this.caller = wish.caller ?? NOBODY;
    this.context = wish.context;
    this.exten = wish.exten;
    Channel.#calls += 1;
    this.call = wish.call ?? { linkedid: wish.id, number: Channel.#calls };
    this.#around = around;
    this.changed = around.threads.signal();
    this.#createdAt = around.clock.now();
    this.publish();
  }

  get linkedid(): string {
    return this.call.linkedid;
  }

  get snapshot(): ChannelSnapshot {
    const reported = [...this.reported].map(([name, read]) => [name, read() ?? '']);
    return {
      id: this.id,
      name: this.name,
      state: this.state,
      protocol_id: this.protocolId,
      caller: this.caller,
      connected: this.connected,
      accountcode: this.accountcode,
      dialplan: {
        context: this.context,
        exten: this.exten,
        priority: this.priority,
        app_name: this.app,
        app_data: this.appData,
      },
      creationtime: ariTime(this.#createdAt),
      language: this.language,
      channelvars: {
        'CHANNEL(linkedid)': this.linkedid,
        ...this.#around.alwaysReported(this),
        ...Object.fromEntries(reported),
      },
    };
  }

  /** The channel as the last event showed it. */
  get known(): ChannelSnapshot {
    return this.#published ?? this.snapshot;
  }

  get now(): Date {
    return this.#around.clock.now();
  }

  get dialplan(): Dialplan {
    return this.#around.dialplan;
  }

  /** Another channel, by its name or its id. */
  named(name: string): Channel | undefined {
    return this.#around.channelNamed(name);
  }

  get isHungUp(): boolean {
    return this.#hangups.size > 0;
  }

  hungUpBy(reason: Hangup): boolean {
    return this.#hangups.has(reason);
  }

  /** Whether something has come that nobody has read yet. */
  get hasNews(): boolean {
    return this.frames.length > 0 || this.#hangupUnread;
  }

  /** Whether there is something to read, or nothing will come any more. */
  get isReadable(): boolean {
    return this.frames.length > 0 || this.isHungUp;
  }

  tell<T extends keyof AriEventMap>(type: T, fields: EventFields<T>): void {
    this.#around.apps.tell(this.#topics, type, fields);
  }

  /** Gives it another language or account, and publishes that, where it is a change. */
  change(field: 'language' | 'accountcode' | 'peeraccount', value: string): void {
    if (this[field] === value) return;
    this[field] = value;
    this.publish();
  }

  /** Tells what has changed since apps were told last. */
  publish(channel = this.snapshot): void {
    const before = this.#published;
    this.#published = channel;
    if (!before) {
      this.tell('ChannelCreated', { channel });
      return;
    }
    if (this.isGone) {
      this.tell('ChannelDestroyed', { cause: this.hangupCause, cause_txt: causeText(this.hangupCause), channel });
    } else if (before.state !== channel.state) this.tell('ChannelStateChange', { channel });
    if (channel.dialplan.app_name !== '' && !samePlace(before, channel)) {
      const { app_name, app_data } = channel.dialplan;
      this.tell('ChannelDialplan', { dialplan_app: app_name, dialplan_app_data: app_data, channel });
    }
    if (!sameParty(before.caller, channel.caller)) {
      const [caller_presentation, caller_presentation_txt] = channel.caller === NOBODY ? UNAVAILABLE : ALLOWED;
      this.tell('ChannelCallerId', { caller_presentation, caller_presentation_txt, channel });
    }
    if (!sameParty(before.connected, channel.connected)) this.tell('ChannelConnectedLine', { channel });
  }

  /** How long it has been up, in milliseconds; 0 where it is not. */
  get upMs(): number {
    return this.#upSince === undefined ? 0 : this.now.getTime() - this.#upSince;
  }

  /** How long it has been there, in milliseconds. */
  get ageMs(): number {
    return this.now.getTime() - this.#createdAt.getTime();
  }

  turn(state: ChannelState): void {
    if (this.state === state) return;
    this.state = state;
    if (state === 'Up') this.#upSince = this.now.getTime();
    this.publish();
  }

  queue(frame: Frame): void {
    this.frames.push(frame);
    this.changed.notify();
  }

  control(control: Control): void {
    this.queue({ type: 'control', control });
  }

  /** Lets the other end know of something, unless the channel is about to end. */
  indicate(control: Control): void {
    if (!this.isHungUp) this.technology.indicate(this, control);
  }

  /** The next frame; undefined once the channel is hung up. */
  read(): Frame | undefined {
    if (this.isHungUp) {
      this.#hangupUnread = false;
      this.isSentSilence = false;
      return undefined;
    }
    const frame = this.frames.shift();
    if (frame?.type === 'digit') {
      this.tell('ChannelDtmfReceived', { digit: frame.digit, duration_ms: 100, channel: this.known });
    } else if (frame?.type === 'control' && this.outgoing) {
      if (frame.control === 'answer') this.turn('Up');
      else if (frame.control === 'ringing' && this.state === 'Down') this.turn('Ringing');
    }
    return frame ?? { type: 'connected', party: this.connected };
  }

  /** Lets the thread that reads the channel know that it is to end. */
  requestHangup(reason: Hangup): void {
    this.#hangUp(reason);
    if (reason === 'explicit' || reason === 'dialplan') {
      const cause = HANGUP_BITS[reason];
      this.tell('ChannelHangupRequest', { cause, soft: true, channel: this.known });
    }
    this.changed.notify();
  }

  /** The other end is gone. */
  otherEndHungUp(cause: number): void {
    this.#hangUp('device');
    if (cause !== 0) this.hangupCause = cause;
    this.tell('ChannelHangupRequest', { cause, channel: this.known });
    this.changed.notify();
  }

  /** It cannot go on, which makes no event. */
  breakOff(): void {
    this.#hangUp('device');
    this.changed.notify();
  }

  #hangUp(reason: Hangup): void {
    this.#hangups.add(reason);
    this.#hangupUnread = true;
  }

  forgive(reason: Hangup): void {
    this.#hangups.delete(reason);
  }

  /** Ends it once nobody reads it any more. */
  end(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#timeout?.cancel();
    this.technology.hangup(this);
    this.publish();
    this.#around.apps.forget(this.id);
    this.changed.notify();
  }

  /** The time that is left until it is hung up, in milliseconds; 0 where it may go on for ever. */
  get timeoutMs(): number {
    return this.#timeout ? this.#timeout.at - this.#around.clock.now().getTime() : 0;
  }

  set timeoutMs(ms: number) {
    this.#timeout?.cancel();
    this.#timeout = undefined;
    if (ms <= 0) return;
    const cancel = this.#around.clock.after(ms, () => {
      this.#timeout = undefined;
      this.requestHangup('timeout');
    });
    this.#timeout = { at: this.#around.clock.now().getTime() + ms, cancel };
  }

  /** By what apps hear of it: its id, and the endpoint that it belongs to, or all of that technology. */
  get #topics(): string[] {
    const endpoint = this.name.replace(/-[^-]*$/, '');
    return [this.id, endpoint, endpoint.replace(/\/.*/s, '')];
  }
}

/** Another application at the same place makes no event, unless there was none. */
function samePlace(a: ChannelSnapshot, b: ChannelSnapshot): boolean {
  const [one, other] = [a.dialplan, b.dialplan];
  if (one.app_name === '') return false;
  return one.context === other.context && one.exten === other.exten && one.priority === other.priority;
}

function sameParty(a: Party, b: Party): boolean {
  return a.name === b.name && a.number === b.number;
}

/** A SIP Call-ID, the same for the same channel id: a simulation repeats exactly. */
function callIdOf(channelId: string): string {
  const hex = createHash('sha256').update(channelId).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
