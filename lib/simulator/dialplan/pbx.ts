import type { Channel } from '../channel/channel.ts';
import type { Dialplan } from '../dialplan.ts';
import type { Thread } from '../threads.ts';
import { nextHangupHandler } from './hangup-handlers.ts';
import { enterSubroutine } from './subroutines.ts';
import { substituted } from './substitution.ts';

/** An application of the dialplan. @returns -1 where the dialplan does not go on */
export type Application = (channel: Channel, data: string) => Thread<number>;

/** Runs an application on a channel; what the channel was in before, it is in again after it. */
export function* execute(channel: Channel, name: string, data: string, application: Application): Thread<number> {
  const before = { app: channel.app, appData: channel.appData };
  channel.app = name;
  channel.appData = data;
  channel.publish();
  const result = yield* application(channel, data);
  channel.app = before.app;
  channel.appData = before.appData;
  return result;
}

/** Runs the dialplan on a channel. */
export class Pbx {
  readonly dialplan: Dialplan;
  readonly #applications: Readonly<Record<string, Application>>;

  constructor(dialplan: Dialplan, applications: Readonly<Record<string, Application>>) {
    this.dialplan = dialplan;
    this.#applications = applications;
  }

  /** From where the channel stands to the end of its dialplan. Hanging it up after that is another's. */
  *run(channel: Channel): Thread {
    channel.pbx = { responseMs: 10_000, digitMs: 5000 };
    yield* this.#lines(channel);
    channel.pbx = undefined;
  }

  /** The same; then the channel is to end, and the extension `h` of the context where it is runs. */
  *runToEnd(channel: Channel): Thread {
    channel.pbx = { responseMs: 10_000, digitMs: 5000 };
    yield* this.#lines(channel);
    channel.requestHangup('dialplan');
    if (this.dialplan.has(channel.context, 'h')) {
      channel.exten = 'h';
      channel.priority = 1;
      yield* this.#linesOfHungUp(channel);
    }
    yield* this.hangupHandlers(channel);
    channel.pbx = undefined;
  }

  /** Runs those of a channel that nobody reads any more, the last one first. */
  *hangupHandlers(channel: Channel): Thread {
    for (let place = nextHangupHandler(channel); place; place = nextHangupHandler(channel)) {
      const { context, exten, priority } = channel;
      Object.assign(channel, place, { priority: place.priority - 1 });
      enterSubroutine(channel, { context, exten, priority }, [], true);
      channel.priority = place.priority;
      yield* this.#linesOfHungUp(channel);
      Object.assign(channel, { context, exten, priority });
    }
  }

  /** Runs the subroutine at `s` of a context on a channel that runs no dialplan: a leg that has answered. */
  *subroutine(channel: Channel, context: string, args: readonly string[]): Thread {
    const { exten, priority, context: before } = channel;
    Object.assign(channel, { context, exten: 's', priority: 0 });
    enterSubroutine(channel, { context: before, exten, priority }, args, true);
    channel.priority = 1;
    yield* this.#lines(channel);
    Object.assign(channel, { context: before, exten, priority });
  }

  /** @returns what its application does; undefined where there is none */
  *#line(channel: Channel): Thread<number | undefined> {
    const line = this.dialplan.line(channel.context, channel.exten, channel.priority);
    const application = line && this.#applications[line.application];
    if (!application) return undefined;
    return yield* execute(channel, line.application, substituted(channel, line.data), application);
  }

  *#linesOfHungUp(channel: Channel): Thread {
    while ((yield* this.#line(channel)) === 0) channel.priority += 1;
  }

  *#lines(channel: Channel): Thread {
    for (;;) {
      const result = yield* this.#line(channel);
      if (result === undefined) return;
      if (result === 0 && !channel.isHungUp) channel.priority += 1;
      else if (channel.hungUpBy('elsewhere')) channel.forgive('elsewhere');
      else if (!this.#rescued(channel)) return;
    }
  }

  /** Where its time is over, a channel goes on at the extension `T`, once. */
  #rescued(channel: Channel): boolean {
    if (!channel.hungUpBy('timeout') || !this.dialplan.has(channel.context, 'T')) return false;
    channel.exten = 'T';
    channel.priority = 1;
    channel.timeoutMs = 0;
    channel.forgive('timeout');
    return true;
  }
}
