import type { Bridge, Channel } from '../ari/generated/model.ts';
import { AriServer, type ServedCommand, type SimulatedUser } from './ari-server.ts';
import { World } from './world.ts';

export interface SimulatedAsteriskOptions {
  /** The users of ari.conf. @default none but those that `allow` adds */
  users?: readonly SimulatedUser[];
  /** @default 0, any free one */
  port?: number;
  /** How many times faster than life media play. @default 1 */
  speed?: number;
  /** Told of every command that was served. @default nobody is */
  onCommand?: (command: ServedCommand) => void;
}

/** The dialplan of the user's documents: which app an extension hands its callers to. */
const DIALPLAN: Record<string, { app: string; args: string[] }> = {
  ivr: { app: 'Intro-IVR', args: [] },
  conference: { app: 'Super-Conference', args: ['100'] },
};

/** Where no length is in the name, as in `sound:silence/5`. */
const MEDIUM_MS = 2000;

/** An Asterisk without telephones: speaks ARI on loopback, and its calls are placed by this object's methods. */
export class SimulatedAsterisk {
  readonly url: string;
  readonly #world: World;
  readonly #server: AriServer;

  private constructor(url: string, world: World, server: AriServer) {
    this.url = url;
    this.#world = world;
    this.#server = server;
  }

  static async start(options: SimulatedAsteriskOptions = {}): Promise<SimulatedAsterisk> {
    const { users = [], port = 0, speed = 1, onCommand = () => {} } = options;
    const world = new World((media) => {
      const seconds = /^sound:silence\/(\d+)$/.exec(media)?.[1];
      return (seconds === undefined ? MEDIUM_MS : Number(seconds) * 1000) / speed;
    });
    const server = new AriServer(world, onCommand);
    for (const user of users) server.allow(user);
    return new SimulatedAsterisk(await server.listen(port), world, server);
  }

  get channels(): Channel[] {
    return this.#world.channels;
  }

  get bridges(): Bridge[] {
    return this.#world.bridges;
  }

  /** Adds a user to ari.conf. */
  allow(user: SimulatedUser): void {
    this.#server.allow(user);
  }

  /**
   * Calls an extension of the dialplan: `ivr` or `conference`.
   *
   * @returns the channel's id, or `undefined` when no app listens: Asterisk goes on in the dialplan and hangs up.
   */
  dial(extension: string, caller = { name: 'Alice', number: '1001' }): string | undefined {
    const entry = DIALPLAN[extension];
    if (!entry)
      throw new Error(
        `Expected an extension of the dialplan (${Object.keys(DIALPLAN).join(', ')}), got "${extension}"`,
      );
    return this.#world.enterStasis(entry.app, entry.args, extension, caller)?.id;
  }

  pressDigit(channelId: string, digit: string): void {
    this.#world.pressDigit(channelId, digit);
  }

  /** The caller hangs up. */
  hangUp(channelId: string): void {
    this.#world.hangup(channelId);
  }

  async stop(): Promise<void> {
    this.#world.stop();
    await this.#server.close();
  }
}
