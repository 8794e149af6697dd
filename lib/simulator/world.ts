import type { Application, AsteriskInfo, Channel } from '../ari/generated/model.ts';
import { Apps, ASTERISK_ID, ariTime } from './apps.ts';
import { Bridges } from './bridges.ts';
import { Channels } from './channels.ts';
import type { Clock } from './clock.ts';
import { Dialplan, type Extensions } from './dialplan.ts';
import { Outgoing } from './outgoing.ts';
import type { PhoneBehaviour } from './phone-behaviour.ts';
import { type MediaLength, Playbacks } from './playbacks.ts';
import { Recordings } from './recordings.ts';
import { Refusal } from './refusal.ts';

export interface WorldOptions {
  dialplan: Extensions;
  phones: Readonly<Record<string, PhoneBehaviour>>;
  lengthOf: MediaLength;
  clock: Clock;
}

/** Who calls. */
export interface Caller {
  name: string;
  number: string;
  /** Variables that the channel has from the beginning, as the dialplan sets them before `Stasis()`. @default none */
  variables?: Readonly<Record<string, string>>;
  /** SIP headers of the call, read by `PJSIP_HEADER(read,NAME)`. @default none */
  headers?: Readonly<Record<string, string>>;
}

/** All that there is in the simulated Asterisk. */
export class World {
  readonly apps: Apps;
  readonly bridges: Bridges;
  readonly channels: Channels;
  readonly outgoing: Outgoing;
  readonly playbacks: Playbacks;
  readonly recordings: Recordings;
  readonly dialplan: Dialplan;
  readonly #startedAt: Date;

  constructor({ dialplan, phones, lengthOf, clock }: WorldOptions) {
    this.#startedAt = clock.now();
    this.dialplan = new Dialplan(dialplan);
    this.apps = new Apps(clock);
    this.bridges = new Bridges(this.apps, clock);
    this.channels = new Channels(this.apps, this.bridges, this.dialplan, clock);
    this.outgoing = new Outgoing(this.channels, this.dialplan, clock, phones);
    this.playbacks = new Playbacks(this.apps, clock, lengthOf);
    this.recordings = new Recordings(this.apps, clock);
  }

  get info(): AsteriskInfo {
    const startup_time = ariTime(this.#startedAt);
    return {
      system: { version: 'simulated', entity_id: ASTERISK_ID },
      status: { startup_time, last_reload_time: startup_time },
    };
  }

  /** Apps that somebody listens to, and those that nobody listens to any more while channels are in them. */
  get applications(): Application[] {
    const holding = this.channels.list.flatMap(({ app }) => (app === undefined ? [] : [app]));
    return [...new Set([...this.apps.names, ...holding])].map((name) => ({
      name,
      channel_ids: this.channels.list.filter(({ app }) => app === name).map(({ snapshot }) => snapshot.id),
      bridge_ids: [],
      endpoint_ids: [],
      device_names: [],
      events_allowed: [],
      events_disallowed: this.apps.filtered(name).map((type) => ({ type })),
    }));
  }

  application(name: string): Application {
    const application = this.applications.find((candidate) => candidate.name === name);
    if (!application) throw new Refusal(404, 'Application not found');
    return application;
  }

  /** A phone calls an extension. @returns its channel, unless it is over already */
  dial(extension: string, { name, number, variables = {}, headers = {} }: Caller): Channel | undefined {
    const steps = this.dialplan.steps(extension);
    if (!steps) {
      const known = this.dialplan.extensions.join(', ');
      throw new Error(`Expected an extension of the dialplan (${known}), got "${extension}"`);
    }
    const channel = this.channels.create({
      name: 'PJSIP/simulated-#',
      state: 'Ring',
      exten: extension,
      caller: { name, number },
    });
    for (const [variable, value] of Object.entries(variables)) channel.variables.set(variable, value);
    for (const [header, value] of Object.entries(headers)) channel.headers.set(header.toLowerCase(), value);
    channel.steps = steps;
    this.channels.goOn(channel);
    return this.channels.find(channel.snapshot.id)?.snapshot;
  }

  snoop(id: string, snoopId: string | undefined, app: string, args: string[]): Channel {
    const snooped = this.channels.get(id);
    if (snoopId !== undefined && this.channels.find(snoopId)) {
      throw new Refusal(500, 'Snoop channel could not be created');
    }
    const channel = this.channels.create({ id: snoopId, name: `Snoop/${id}-#`, state: 'Up' });
    snooped.snoops.push(channel);
    const answered = channel.snapshot;
    queueMicrotask(() => this.channels.enter(channel, app, args));
    return answered;
  }

  userEvent(eventname: string, app: string, channelId: string | undefined, variables: Record<string, unknown>): void {
    this.application(app);
    const channel = channelId === undefined ? undefined : this.channels.find(channelId);
    if (channelId !== undefined && !channel) throw new Refusal(422, 'Event source was not found');
    const subject = channel ? { channel: channel.snapshot } : {};
    this.apps.emit([app], 'ChannelUserevent', { eventname, ...subject, userevent: { ...variables, eventname } });
  }

  /** Ends everything that would go on by itself, and tells nobody. */
  stop(): void {
    this.apps.clear();
    for (const { queue } of this.channels.list) queue.abort();
    for (const { id } of this.bridges.list) this.bridges.get(id).queue.abort();
  }
}
