import type { App } from './app/app.ts';
import type { Bridge } from './bridge/bridge.ts';
import type { BridgeSeat, SeatOptions } from './bridge/bridge-seat.ts';
import type { Channel } from './channel/channel.ts';
import type { Thread } from './threads.ts';

interface Command {
  run: () => Thread<number>;
  done: (result: number) => void;
}

/** An app's hold on a channel: the commands for it wait here, and the channel's thread carries them out in their order. */
export class Control {
  readonly channel: Channel;
  app: App;
  /** Where the channel is to be moved. */
  next: { app: string; args: string[] } | undefined;
  isDone = false;
  bridge: Bridge | undefined;
  seat: BridgeSeat | undefined;
  /** The bridge that it could not join: Asterisk refers to it until the channel leaves its app, or comes to another bridge. */
  unjoined: Bridge | undefined;
  /** It could not join a bridge, and its thread has not noticed yet. */
  isKeptOut = false;
  /** How the channel will sit in the next bridge. */
  seatOptions: SeatOptions = { absorbsDigits: false };
  /** Recordings that wait or run: a channel that is recorded joins no bridge. */
  recordings = 0;
  readonly #commands: Command[] = [];

  constructor(channel: Channel, app: App) {
    this.channel = channel;
    this.app = app;
  }

  get hasCommands(): boolean {
    return this.#commands.length > 0;
  }

  /**
   * Lets the channel's thread do something, in its turn.
   *
   * @param ended called once with what came of it; -1 where it was never begun, as the channel has left
   */
  post(run: () => Thread<number>, ended: (result: number) => void = () => {}): void {
    if (this.isDone) {
      ended(-1);
      return;
    }
    this.#commands.push({ run, done: ended });
    this.channel.changed.notify();
  }

  /**
   * The same, and waits for what comes of it.
   *
   * @param ended called at once when it is over, before the channel's thread goes on
   */
  send(run: () => Thread<number>, ended: () => void = () => {}): Promise<number> {
    return new Promise((resolve) =>
      this.post(run, (result) => {
        ended();
        resolve(result);
      }),
    );
  }

  /** Carries out what waits, and what comes to wait meanwhile, even if the call ends. */
  *dispatch(): Thread<number> {
    let count = 0;
    for (let command = this.#commands.shift(); command; command = this.#commands.shift()) {
      command.done(yield* command.run());
      count += 1;
    }
    return count;
  }

  /** Ends the wait of all commands that will not be carried out. */
  flush(): void {
    for (const command of this.#commands.splice(0)) command.done(-1);
  }
}
