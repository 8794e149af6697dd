import type { Bridge, Channel } from '../ari/generated/model.ts';
import { AriServer, type SimulatedUser } from './ari-server.ts';
import { type Clock, wallClock } from './clock.ts';
import type { CommandResult } from './commands/params.ts';
import type { QueueOptions } from './dialplan/call-queue.ts';
import { namedValue } from './dialplan/functions.ts';
import { DOCUMENTED_DIALPLAN, type Extensions } from './dialplan.ts';
import type { PhoneBehaviour } from './phone-behaviour.ts';
import { type CommandRequest, Router, type ServedCommand } from './router.ts';
import { type Caller, World } from './world.ts';

export interface SimulatedAsteriskOptions {
  /** The users of ari.conf. @default none but those that `allow` adds */
  users?: readonly SimulatedUser[];
  /** @default the documents' two extensions */
  dialplan?: Extensions;
  /** The text of extensions.conf with more extensions, as Asterisk reads it. @default none */
  extensionsConf?: string;
  /** `channelvars` of ari.conf: what every event has of a channel, beside `CHANNEL(linkedid)`. @default none */
  channelVariables?: readonly string[];
  /**
   * What phones do that are called, by endpoint: `{ 'PJSIP/1001': 'answers' }`; others do not exist.
   * @default every phone exists, and rings and rings
   */
  phones?: Readonly<Record<string, PhoneBehaviour>>;
  /** Queues, by name: `{ sales: { members: ['PJSIP/1001'] } }`. @default none */
  queues?: Readonly<Record<string, QueueOptions>>;
  /** Endpoints that there are beside the phones: `['PJSIP/1002']`. @default none */
  endpoints?: readonly string[];
  /** Media that Asterisk does not have: `['sound:there-is-none']`. @default it has all but long silences */
  missingMedia?: readonly string[];
  /** How long sounds play, in milliseconds: `{ 'hello-world': 1400 }`. @default 2000 */
  mediaLengths?: Readonly<Record<string, number>>;
  /** What media last by. @default real time */
  clock?: Clock;
  /**
   * Called when an application of the dialplan begins to play something to a channel, with its name as ARI has it:
   * `sound:beep`, `recording:message`, `digits:12`, `number:7`, `characters:ab`, `time:1767258000`, `music:default`. What
   * ARI plays has an event. @default none is called
   */
  onHeard?: (channelId: string, media: string) => void;
  /** Called with every command that was served. @default none is called */
  onCommand?: (command: ServedCommand) => void;
}

/** An Asterisk without telephones: speaks ARI, and its calls are placed by this object's methods. */
export class SimulatedAsterisk {
  readonly #world: World;
  readonly #router: Router;
  readonly #server: AriServer;
  #url: string | undefined;

  /** One that listens on no port: it is reached by `request` and `subscribe`. */
  constructor(options: SimulatedAsteriskOptions = {}) {
    const { users = [], clock = wallClock(), onCommand = () => {}, missingMedia = [], mediaLengths = {} } = options;
    const { dialplan = DOCUMENTED_DIALPLAN, extensionsConf = '', channelVariables = [] } = options;
    const { phones, endpoints = [], queues = {}, onHeard = () => {} } = options;
    const asConfigured = { dialplan, extensionsConf, channelVariables };
    this.#world = new World({ ...asConfigured, phones, endpoints, queues, missingMedia, mediaLengths, clock, onHeard });
    this.#router = new Router(this.#world, onCommand);
    this.#server = new AriServer(this.#world, this.#router);
    for (const user of users) this.#server.allow(user);
  }

  /**
   * One that speaks HTTP and WebSocket on loopback.
   *
   * @param options.port the port. @default 0, any free one
   * @param options.speed how many times faster than life media play. @default 1
   */
  static async start({
    port = 0,
    speed = 1,
    ...options
  }: Omit<SimulatedAsteriskOptions, 'clock'> & { port?: number; speed?: number } = {}): Promise<SimulatedAsterisk> {
    const asterisk = new SimulatedAsterisk({ ...options, clock: wallClock(speed) });
    asterisk.#url = await asterisk.#server.listen(port);
    return asterisk;
  }

  /** The ARI root, where it listens. */
  get url(): string {
    if (this.#url === undefined) throw new Error('This simulated Asterisk listens nowhere: begin with `start`');
    return this.#url;
  }

  /** Carries out a command without any network, of a user who may do everything. */
  request(request: CommandRequest): Promise<CommandResult> {
    return this.#router.answer(request);
  }

  /**
   * Receives an app's events without any network.
   *
   * @returns a function that ends it, as a closed WebSocket does
   */
  subscribe(app: string, onEvent: (event: object) => void): () => void {
    const subscriber = { send: onEvent };
    this.#world.apps.register(app, subscriber);
    return () => this.#world.apps.unregister(subscriber);
  }

  get channels(): Channel[] {
    return this.#world.channels.list.map(({ known }) => known);
  }

  get bridges(): Bridge[] {
    return this.#world.bridges.list;
  }

  /** Adds a user to ari.conf. */
  allow(user: SimulatedUser): void {
    this.#server.allow(user);
  }

  /**
   * Calls an extension of the dialplan.
   *
   * @returns the channel's id, or `undefined` when no app listens: Asterisk goes on in the dialplan and hangs up.
   */
  dial(extension: string, caller: Caller = { name: 'Alice', number: '1001' }): string | undefined {
    return this.#world.dial(extension, caller)?.id;
  }

  /** A phone that is being called answers. */
  pickUp(channelId: string): void {
    const channel = this.#called(channelId);
    this.#world.threads.act(() => channel.control('answer'));
  }

  /**
   * A phone that is being called does not answer.
   *
   * @param cause why, as Q.850 numbers it: 21 declined, 17 busy. @default 21
   */
  decline(channelId: string, cause = 21): void {
    const channel = this.#called(channelId);
    this.#world.threads.act(() => {
      channel.hangupCause = cause;
      channel.control(cause === 17 ? 'busy' : 'congestion');
    });
  }

  #called(channelId: string) {
    const channel = this.#world.channels.get(channelId);
    if (channel.outgoing && ['Down', 'Ringing'].includes(channel.state)) return channel;
    throw new Error(`Expected a phone that is being called, got the channel ${channelId}, which is ${channel.state}`);
  }

  /** The other end of a call presses a digit. */
  pressDigit(channelId: string, digit: string): void {
    const channel = this.#world.channels.get(channelId);
    this.#world.threads.act(() => channel.queue({ type: 'digit', digit }));
  }

  /**
   * What the dialplan's `UserEvent()` does on a channel.
   *
   * @returns whether anybody listens to the channel's app
   */
  userEvent(name: string, channelId: string, fields: Record<string, unknown> = {}): boolean {
    const { app } = this.#world.stasis.control(channelId);
    if (!app.isActive) return false;
    this.#world.userEvent(name, app.name, [`channel:${channelId}`], fields);
    // A listener that was about to close its connection listens no more.
    return app.isActive;
  }

  /** The app that holds a channel. */
  appOf(channelId: string): string | undefined {
    return this.#world.stasis.find(channelId)?.app.name;
  }

  /** A variable of a channel, or what a function of the dialplan says of it; `undefined` where it is not set. */
  variable(channelId: string, name: string): string | undefined {
    const channel = this.#world.channels.find(channelId);
    return channel && namedValue(channel, name);
  }

  /** Whether the caller hears something, by a command of ARI or by an application of the dialplan. */
  isPlaying(channelId: string): boolean {
    const { playbacks, sounds, channels } = this.#world;
    const channel = channels.get(channelId);
    return playbacks.playsOn(channel) || sounds.isPlaying(channel);
  }

  /** The other end of a call hangs up. */
  hangUp(channelId: string): void {
    const channel = this.#world.channels.get(channelId);
    this.#world.threads.act(() => channel.otherEndHungUp(16));
  }

  /**
   * Lets commands fail without being carried out, as in a bad hour of Asterisk's.
   *
   * @param operation such as `channels.answer`
   * @param statuses one for each of its next calls, such as 503
   */
  failNext(operation: string, ...statuses: number[]): void {
    this.#router.failNext(operation, statuses);
  }

  async stop(): Promise<void> {
    this.#world.stop();
    if (this.#url !== undefined) await this.#server.close();
  }
}
