import { applicationFields } from '../ari/arguments.ts';
import type { App } from './app/app.ts';
import type { Apps } from './app/apps.ts';
import type { Bridge } from './bridge/bridge.ts';
import { BridgeSeat, keepOut } from './bridge/bridge-seat.ts';
import type { Channel } from './channel/channel.ts';
import { LocalPair } from './channel/technologies.ts';
import { Control } from './control.ts';
import { setVariable } from './dialplan/variables.ts';
import { channelNotFound, notInStasis, Refusal } from './refusal.ts';
import type { Thread, Threads } from './threads.ts';

/** `Stasis()`: hands channels to apps, and carries out what the apps command. */
export class Stasis {
  readonly #apps: Apps;
  readonly #threads: Threads;
  readonly #findChannel: (id: string) => Channel | undefined;
  readonly #controls = new Map<string, Control>();
  /** Runs the dialplan of a channel that has come to its app by another way. */
  #runDialplan: (channel: Channel) => Thread = function* () {};
  /** Calls on, where a channel that is being called has left its bridge. */
  #ringOn: (control: Control) => Thread = function* () {};

  constructor(apps: Apps, threads: Threads, findChannel: (id: string) => Channel | undefined) {
    this.#apps = apps;
    this.#threads = threads;
    this.#findChannel = findChannel;
  }

  set runDialplan(run: (channel: Channel) => Thread) {
    this.#runDialplan = run;
  }

  set ringOn(ringOn: (control: Control) => Thread) {
    this.#ringOn = ringOn;
  }

  find(channelId: string): Control | undefined {
    return this.#controls.get(channelId);
  }

  /** The hold of an app on a channel, for a command. */
  control(channelId: string): Control {
    const control = this.find(channelId);
    if (control) return control;
    throw this.#findChannel(channelId) ? notInStasis() : channelNotFound();
  }

  /** For a command that is nothing for a channel that is being called. */
  controlOfReached(channelId: string): Control {
    const control = this.control(channelId);
    if (['Down', 'Rsrved', 'Ringing'].includes(control.channel.known.state)) {
      throw new Refusal(412, 'Channel in invalid state');
    }
    return control;
  }

  /** The application of the dialplan. */
  *application(channel: Channel, data: string): Thread<number> {
    setVariable(channel, 'STASISSTATUS', '');
    const [app = '', ...args] = applicationFields(data);
    const result = yield* this.#hold(channel, app, args);
    setVariable(channel, 'STASISSTATUS', result === 0 ? 'SUCCESS' : 'FAILED');
    return result !== 0 && channel.isHungUp ? -1 : 0;
  }

  *#hold(channel: Channel, name: string, args: string[]): Thread<number> {
    const app = this.#apps.active(name);
    if (!app) {
      // It takes so long that other threads have read by then what this one has sent before.
      yield this.#threads.turn();
      return -1;
    }
    const control = new Control(channel, app);
    this.#controls.set(channel.id, control);
    this.#begin(control, args);
    yield* this.#obey(control);
    yield* this.#release(control);
    if (channel.pbx === undefined) {
      channel.forgive('elsewhere');
      if (!channel.isHungUp) yield* this.#runDialplan(channel);
    }
    return 0;
  }

  #begin({ app, channel }: Control, args: string[]): void {
    app.subscribe('channel', channel.id);
    this.#apps.send(app, 'StasisStart', { args, channel: channel.snapshot });
  }

  #end({ app, channel }: Control): void {
    app.unsubscribe(channel.id);
    this.#apps.send(app, 'StasisEnd', { channel: channel.known });
  }

  *#obey(control: Control): Thread {
    const { channel } = control;
    let known: Bridge | undefined;
    /** The bridge that the channel sits in, which the channel's thread refers to. */
    let present: Bridge | undefined;
    while (!control.isDone) {
      if (channel.isHungUp) {
        control.isDone = true;
        break;
      }
      this.#move(control);
      const bridge = control.bridge?.isInvisible ? undefined : control.bridge;
      if (bridge !== known) {
        if (known) control.app.unsubscribe(known.id);
        known = bridge;
        if (known) control.app.subscribe('bridge', known.id);
      }
      const before = present;
      present = control.seat ? control.bridge : undefined;
      present?.refer();
      // In a bridge, its thread reads the channel.
      if (control.seat) {
        while (!control.hasCommands) yield channel.changed;
        yield* control.dispatch();
        // Only now, as in Asterisk: one that was destroyed meanwhile ends with the next command for the channel.
        before?.letGo();
        continue;
      }
      before?.letGo();
      while (!control.hasCommands && !channel.isReadable) yield channel.changed;
      yield* control.dispatch();
      if (channel.isReadable && !control.seat && !control.isDone) channel.read();
    }
    present?.letGo();
  }

  *#release(control: Control): Thread {
    const { channel, seat } = control;
    if (seat) yield* seat.depart();
    this.#notice(control);
    this.#letGo(control);
    if (control.bridge) control.app.unsubscribe(control.bridge.id);
    this.#end(control);
    control.flush();
    this.#apps.cleanUp();
    this.#controls.delete(channel.id);
  }

  #move(control: Control): void {
    const { next, channel } = control;
    if (!next) return;
    control.next = undefined;
    const app: App | undefined = this.#apps.active(next.app);
    if (app) {
      this.#end(control);
      control.app = app;
      this.#apps.cleanUp();
      this.#begin(control, next.args);
      return;
    }
    const failed = { channel: channel.known, destination: next.app, args: next.args };
    this.#apps.send(control.app, 'ApplicationMoveFailed', failed);
  }

  /** Shows a channel once it knows that it could not join a bridge. */
  #notice(control: Control): void {
    if (control.isKeptOut) showOutside(control.channel);
    control.isKeptOut = false;
  }

  *#afterBridge(control: Control, bridge: Bridge, failed: boolean): Thread<number> {
    this.#notice(control);
    if (!failed && bridge.isDestroyed && !control.bridge) yield* this.#ringOn(control);
    return 0;
  }

  #keepUnjoined(control: Control, bridge: Bridge): void {
    control.unjoined = bridge;
    bridge.refer();
  }

  /** Forgets a bridge that the channel could not join. */
  #letGo(control: Control): void {
    control.unjoined?.letGo();
    control.unjoined = undefined;
  }

  /** Puts a channel into a bridge, out of the one that it sits in; in the channel's thread. */
  *seat(control: Control, bridge: Bridge): Thread<number> {
    const { channel } = control;
    if (control.seat) yield* control.seat.depart();
    if (bridge.isInvisible) {
      // Asterisk forgets to let go of it, so that the bridge that was destroyed never ends.
      control.unjoined = undefined;
    } else {
      this.#letGo(control);
      control.app.subscribe('bridge', bridge.id);
    }
    if (bridge.isDestroyed) {
      keepOut(channel);
      showOutside(channel);
      this.#keepUnjoined(control, bridge);
      return 0;
    }
    const pbx = channel.pbx;
    channel.pbx = undefined;
    const seat = new BridgeSeat(channel, bridge, this.#threads, control.seatOptions);
    control.seatOptions = { absorbsDigits: false };
    control.bridge = bridge;
    control.seat = seat;
    const peer = channel.technology instanceof LocalPair ? channel.technology.peerOf(channel) : undefined;
    yield* seat.join(peer, (failed) => {
      channel.pbx = pbx;
      // Where joining failed, Asterisk forgets to take the app's interest back.
      control.isKeptOut = failed;
      if (failed) this.#keepUnjoined(control, bridge);
      else if (control.bridge && !control.bridge.isInvisible) control.app.unsubscribe(control.bridge.id);
      control.bridge = undefined;
      control.seat = undefined;
      // The channel's thread has to notice.
      control.post(() => this.#afterBridge(control, bridge, failed));
    });
    return 0;
  }
}

/** Tells what has changed of a channel that came to no bridge; who calls shows with the next change of its own. */
function showOutside(channel: Channel): void {
  channel.publish({ ...channel.snapshot, caller: channel.known.caller });
}
