import type { Bridge, Channel } from '../ari/generated/model.ts';
import { AriServer, type SimulatedUser } from './ari-server.ts';
import { type Clock, wallClock } from './clock.ts';
import type { CommandResult } from './commands.ts';
import { DOCUMENTED_DIALPLAN, type Extensions } from './dialplan.ts';
import type { PhoneBehaviour } from './outgoing.ts';
import { PlaybackTask } from './playbacks.ts';
import { type CommandRequest, Router, type ServedCommand } from './router.ts';
import { readVariable } from './variables.ts';
import { World } from './world.ts';

export interface SimulatedAsteriskOptions {
  /** The users of ari.conf. @default none but those that `allow` adds */
  users?: readonly SimulatedUser[];
  /** @default the documents' two extensions */
  dialplan?: Extensions;
  /** What called phones do, by endpoint: `{ 'PJSIP/1001': 'answers' }`. @default they ring */
  phones?: Readonly<Record<string, PhoneBehaviour>>;
  /** Media that Asterisk does not have: `['sound:there-is-none']`. @default it has all */
  missingMedia?: readonly string[];
  /** The clock that media run by. @default the system clock */
  clock?: Clock;
  /** Called after each command. @default nothing */
  onCommand?: (command: ServedCommand) => void;
}

/** Where no length is in the name, as in `sound:silence/5`. */
const MEDIUM_MS = 2000;

/** An Asterisk without telephones: speaks ARI, and its calls are placed by this object's methods. */
export class SimulatedAsterisk {
  readonly #world: World;
  readonly #router: Router;
  readonly #server: AriServer;
  #url: string | undefined;

  /** One that listens on no port: it is reached by `request` and `subscribe`. */
  constructor(options: SimulatedAsteriskOptions = {}) {
    const { users = [], clock = wallClock(), onCommand = () => {}, missingMedia = [] } = options;
    const { dialplan = DOCUMENTED_DIALPLAN, phones = {} } = options;
    const lengthOf = (media: string): number | undefined => {
      const seconds = /^sound:silence\/(\d+)$/.exec(media)?.[1];
      if (missingMedia.includes(media)) return undefined;
      return seconds === undefined ? MEDIUM_MS : Number(seconds) * 1000;
    };
    this.#world = new World({ dialplan, phones, lengthOf, clock });
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

  /** Receives an app's events without any network. */
  subscribe(app: string, onEvent: (event: object) => void): void {
    this.#world.apps.register(app, { send: onEvent });
  }

  get channels(): Channel[] {
    return this.#world.channels.list.map(({ snapshot }) => snapshot);
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
  dial(extension: string, caller = { name: 'Alice', number: '1001' }): string | undefined {
    return this.#world.dial(extension, caller)?.id;
  }

  pressDigit(channelId: string, digit: string): void {
    this.#world.channels.pressDigit(this.#world.channels.get(channelId), digit);
  }

  /**
   * What the dialplan's `UserEvent()` does on a channel.
   *
   * @returns whether anybody listens to the channel's app
   */
  userEvent(name: string, channelId: string, fields: Record<string, unknown> = {}): boolean {
    const { app } = this.#world.channels.inStasis(channelId);
    if (app === undefined || !this.#world.apps.has(app)) return false;
    this.#world.userEvent(name, app, channelId, fields);
    // Who was in the middle of saying goodbye listens no more.
    return this.#world.apps.has(app);
  }

  /** The app that holds a channel. */
  appOf(channelId: string): string | undefined {
    return this.#world.channels.find(channelId)?.app;
  }

  /** A variable of a channel; `undefined` where it is not set. */
  variable(channelId: string, name: string): string | undefined {
    try {
      return readVariable(this.#world.channels.get(channelId), name);
    } catch {
      return undefined;
    }
  }

  /** Whether the caller hears something. */
  isPlaying(channelId: string): boolean {
    return this.#world.channels.get(channelId).queue.current instanceof PlaybackTask;
  }

  /** The caller hangs up. */
  hangUp(channelId: string): void {
    this.#world.channels.hungUp(this.#world.channels.get(channelId));
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
