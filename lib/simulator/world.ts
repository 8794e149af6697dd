import type { AsteriskInfo, Channel as ChannelSnapshot } from '../ari/generated/model.ts';
import { Apps, ASTERISK_ID, ariTime } from './app/apps.ts';
import type { Bridge } from './bridge/bridge.ts';
import { Bridges } from './bridge/bridges.ts';
import type { Channel } from './channel/channel.ts';
import { Channels } from './channel/channels.ts';
import type { Party } from './channel/party.ts';
import { silent } from './channel/technologies.ts';
import { ChannelRequests, runAndEnd } from './channel-requests.ts';
import type { Clock } from './clock.ts';
import { DeviceStates } from './device-states.ts';
import { applications } from './dialplan/applications.ts';
import type { QueueOptions } from './dialplan/call-queue.ts';
import { dialing } from './dialplan/dial.ts';
import { assign, namedValue } from './dialplan/functions.ts';
import { JUMPS } from './dialplan/jumps.ts';
import type { RequestLeg } from './dialplan/legs.ts';
import { mixing } from './dialplan/mix-monitor.ts';
import { nested } from './dialplan/nested.ts';
import { outside } from './dialplan/outside.ts';
import { type Application, execute, Pbx } from './dialplan/pbx.ts';
import { playing } from './dialplan/playing.ts';
import { queueing } from './dialplan/queue.ts';
import { reading } from './dialplan/read.ts';
import { recording } from './dialplan/record.ts';
import { Sounds } from './dialplan/sounds.ts';
import { Dialplan, type Extensions } from './dialplan.ts';
import { MediaLibrary } from './media/media-library.ts';
import { Playbacks } from './media/playbacks.ts';
import { Recordings } from './media/recordings.ts';
import { Outgoing } from './outgoing.ts';
import { isPhone } from './outgoing-call.ts';
import { checkPhones, type PhoneBehaviour } from './phone-behaviour.ts';
import { Refusal } from './refusal.ts';
import { Stasis } from './stasis.ts';
import { type Thread, Threads, threadedClock } from './threads.ts';

export interface WorldOptions {
  dialplan: Extensions;
  extensionsConf: string;
  channelVariables: readonly string[];
  onHeard: (channelId: string, media: string) => void;
  queues: Readonly<Record<string, QueueOptions>>;
  phones: Readonly<Record<string, PhoneBehaviour>> | undefined;
  /** Endpoints that Asterisk has, beside the phones: `PJSIP/1001`. */
  endpoints: readonly string[];
  missingMedia: readonly string[];
  mediaLengths: Readonly<Record<string, number>>;
  clock: Clock;
}

/** Who calls. */
export interface Caller extends Party {
  /** Variables that the channel has from the beginning, as the dialplan sets them before `Stasis()`. @default none */
  variables?: Readonly<Record<string, string>>;
  /** SIP headers of the call, read by `PJSIP_HEADER(read,NAME)`. @default none */
  headers?: Readonly<Record<string, string>>;
}

/** All that there is in the simulated Asterisk. */
export class World {
  readonly threads = new Threads();
  readonly clock: Clock;
  readonly apps: Apps;
  readonly bridges: Bridges;
  readonly channels: Channels;
  readonly deviceStates: DeviceStates;
  readonly library: MediaLibrary;
  readonly outgoing: Outgoing;
  readonly requests: ChannelRequests;
  readonly pbx: Pbx;
  readonly playbacks: Playbacks;
  readonly recordings: Recordings;
  readonly sounds: Sounds;
  readonly stasis: Stasis;
  readonly globals = new Map<string, string>();
  readonly endpoints: readonly string[];
  /** What phones do; undefined where any phone exists, and rings. */
  readonly #phones: WorldOptions['phones'];
  readonly #startedAt: Date;

  constructor(options: WorldOptions) {
    const { phones, endpoints, missingMedia, mediaLengths, clock } = options;
    checkPhones(phones ?? {});
    this.#startedAt = clock.now();
    this.endpoints = [...new Set([...Object.keys(phones ?? {}), ...endpoints])].toSorted();
    this.#phones = phones;
    this.clock = threadedClock(clock, this.threads);
    this.apps = new Apps(this.clock);
    this.library = new MediaLibrary(missingMedia, mediaLengths);
    this.recordings = new Recordings(this.clock);
    const sounds = new Sounds(this.clock, this.library, this.recordings, options.onHeard);
    this.sounds = sounds;
    const request: RequestLeg = (endpoint, caller) => this.requests.leg(endpoint, caller);
    const subroutine = (leg: Channel, context: string, args: readonly string[]): Thread =>
      this.pbx.subroutine(leg, context, args);
    const talk = (caller: Channel, called: Channel): (() => void) => this.bridges.talk(caller, called);
    const calling = { sounds, threads: this.threads, request, subroutine, talk };
    const all: Record<string, Application> = {
      ...applications(this.clock, this.threads),
      ...playing(sounds),
      Read: reading(sounds),
      ...outside(sounds),
      Dial: dialing(calling),
      Queue: queueing(options.queues, calling),
      Record: recording(sounds, this.recordings),
      ...mixing(this.recordings),
      ...JUMPS,
      ...nested((name) => Object.entries(all).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1]),
      Stasis: (channel, data) => this.stasis.application(channel, data),
    };
    const dialplan = new Dialplan(options.dialplan, Object.keys(all), options.extensionsConf);
    const alwaysReported = (channel: Channel) =>
      Object.fromEntries(options.channelVariables.map((name) => [name, namedValue(channel, name) ?? '']));
    const channelNamed = (name: string) => this.channels.named(name);
    const around = {
      apps: this.apps,
      clock: this.clock,
      threads: this.threads,
      dialplan,
      channelNamed,
      alwaysReported,
    };
    this.channels = new Channels(around);
    this.bridges = new Bridges(this.apps, this.clock, this.threads);
    this.deviceStates = new DeviceStates(this.apps);
    this.playbacks = new Playbacks(this.clock, this.library, (name) => this.recordings.length(name));
    this.stasis = new Stasis(this.apps, this.threads, (id) => this.channels.find(id));
    this.pbx = new Pbx(dialplan, all);
    this.stasis.runDialplan = (channel) => this.pbx.run(channel);
    const { apps, channels, pbx, stasis, threads } = this;
    this.requests = new ChannelRequests({ channels, clock: this.clock, pbx, threads, phones });
    this.stasis.ringOn = (control) => this.outgoing.ringOn(control);
    this.outgoing = new Outgoing({ apps, channels, clock: this.clock, pbx, stasis, threads, requests: this.requests });
  }

  /** Whether there is an endpoint such as `PJSIP/1001`: where no phones are named, there are all. */
  hasEndpoint(id: string): boolean {
    return this.endpoints.includes(id) || (this.#phones === undefined && isPhone(id));
  }

  /** Whether a phone is registered at an endpoint. */
  isRegistered(id: string): boolean {
    const behaviour = this.#phones === undefined ? 'rings' : this.#phones[id];
    return isPhone(id) && behaviour !== undefined && behaviour !== 'unreachable';
  }

  get info(): AsteriskInfo {
    const startup_time = ariTime(this.#startedAt);
    return {
      build: { os: 'Linux', kernel: '', options: '', machine: '', date: '', user: '' },
      system: { version: '22.10.1', entity_id: ASTERISK_ID },
      config: { name: '', default_language: 'en', setid: { user: '', group: '' } },
      status: { startup_time, last_reload_time: startup_time },
    };
  }

  /** A phone calls an extension. */
  dial(extension: string, { name, number, variables = {}, headers = {} }: Caller): ChannelSnapshot | undefined {
    if (!this.pbx.dialplan.has('default', extension)) {
      // Nobody dials `T`: it is where a call goes on whose time is over.
      const known = this.pbx.dialplan.extensions.filter((name) => name !== 'T').join(', ');
      throw new Error(`Expected an extension of the dialplan (${known}), got "${extension}"`);
    }
    const channel = this.channels.create({
      name: 'PJSIP/simulated-#',
      state: 'Ring',
      technology: silent('PJSIP'),
      exten: extension,
      caller: { name, number },
    });
    for (const [header, value] of Object.entries(headers)) channel.headers.set(header.toLowerCase(), value);
    for (const [variable, value] of Object.entries(variables)) assign(channel, variable, value);
    this.threads.act(() => this.threads.start(runAndEnd(this.pbx, channel)));
    return channel.isGone ? undefined : channel.snapshot;
  }

  /** The bridge that a channel sits in. */
  bridgeOf({ bridgeId }: Channel): Bridge | undefined {
    return bridgeId === undefined ? undefined : this.bridges.find(bridgeId);
  }

  /** A channel that listens to another, and ends with it. */
  snoop(snooped: Channel, id: string | undefined, data: string): ChannelSnapshot {
    if (id && this.channels.isTaken(id)) throw new Refusal(500, 'Snoop channel could not be created');
    const name = `Snoop/${snooped.id}-#`;
    const channel = this.channels.create({ id, name, state: 'Up', technology: silent('Snoop') });
    // Asterisk looks at the channel when its thread has begun.
    const { dialplan } = channel.known;
    const answered = { ...channel.known, dialplan: { ...dialplan, app_name: 'Stasis', app_data: data } };
    this.bridgeOf(snooped)?.reconfigure();
    this.threads.start(this.#runSnoop(channel, data));
    this.threads.start(endWith(snooped, channel));
    return answered;
  }

  /** What an app sends to itself or to another, about channels and bridges. */
  userEvent(eventname: string, name: string, sources: readonly string[], variables: Record<string, unknown>): void {
    const app = this.apps.get(name);
    const subjects = Object.assign({}, ...sources.map((source) => this.#subject(source)));
    this.apps.send(app, 'ChannelUserevent', { eventname, ...subjects, userevent: { ...variables, eventname } });
  }

  #subject(source: string): object {
    const [, scheme, id = ''] = /^(channel|bridge|endpoint):(.*)$/s.exec(source) ?? [];
    if (scheme === undefined) throw new Refusal(400, 'Invalid event source URI scheme');
    const [channel, bridge] = [this.channels.find(id)?.known, this.bridges.find(id)?.known];
    if (scheme === 'channel' && channel) return { channel };
    if (scheme === 'bridge' && bridge) return { bridge };
    throw new Refusal(422, 'Event source was not found');
  }

  /** Ends everything that would go on by itself, and tells nobody. */
  stop(): void {
    this.apps.clear();
    this.threads.stop();
    for (const channel of this.channels.list) channel.timeoutMs = 0;
  }

  *#runSnoop(channel: Channel, data: string): Thread {
    yield* execute(channel, 'Stasis', data, (held, given) => this.stasis.application(held, given));
    yield* this.pbx.hangupHandlers(channel);
    channel.publish();
    channel.end();
  }
}

function* endWith(snooped: Channel, snoop: Channel): Thread {
  while (!snooped.isGone && !snoop.isGone) yield snooped.changed;
  snoop.breakOff();
}
