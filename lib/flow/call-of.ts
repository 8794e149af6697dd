import type { CallEvent } from '../events/call-event.ts';
import { ownArguments } from '../events/outcomes.ts';
import type { Log } from '../log.ts';
import { refOf, resultKey } from './fact.ts';
import type { FlowCall, WaitForOptions } from './flow-call.ts';
import type { StepContext, StepOptions } from './step-context.ts';
import { nameOf, type Verb } from './verb.ts';
import { Verbs } from './verbs.ts';
import { Waiting } from './waiting.ts';

/** What a flow's call needs of its execution. */
export interface CallNeeds {
  event: CallEvent<'StasisStart'>;
  log: Log;
  isOver(): boolean;
  /** Carries out a verb that the flow awaits. */
  run(verb: Verb): Promise<unknown>;
}

/** The call that a flow is given. @returns it, and a check that everything it was asked for was awaited */
export function callOf({ event, log, isOver, run }: CallNeeds): { call: FlowCall; checkAwaited: () => void } {
  const notAwaited = new Set<Waiting<unknown>>();
  const make = <T>(verb: Verb): Waiting<T> => {
    const waiting: Waiting<T> = new Waiting<T>(verb, async () => {
      notAwaited.delete(waiting);
      return (await run(verb)) as T;
    });
    notAwaited.add(waiting);
    return waiting;
  };
  const verbs = (): Verbs => new Verbs({ run: (verb) => run(verb), made: notAwaited, make });
  const group = <T>(kind: 'race' | 'all', members: Record<string, Waiting<unknown>>, timeout?: number): Waiting<T> => {
    for (const member of Object.values(members)) notAwaited.delete(member);
    const byName = Object.fromEntries(Object.entries(members).map(([name, { verb }]) => [name, verb]));
    return make<T>({ do: kind, members: byName, timeout });
  };
  const call = {
    id: event.channel.id,
    ref: refOf({ node: event.metadata.node, channelId: event.channel.id }),
    args: ownArguments(event.args),
    event,
    log,
    get isOver() {
      return isOver();
    },
    answer: () => verbs().answer(),
    ring: () => verbs().ring(),
    play: (media) => verbs().play(media),
    say: (said) => verbs().say(said),
    wait: (seconds, options) => verbs().wait(seconds, options),
    conference: (room) => verbs().conference(room),
    gather: (options) => verbs().gather(options),
    record: (options) => verbs().record(options),
    dial: (options) => verbs().dial(options),
    queue: (options) => verbs().queue(options),
    transfer: (options) => verbs().transfer(options),
    detectMachine: (options) => verbs().detectMachine(options),
    leave: (to) => verbs().leave(to),
    hangup: (cause) => verbs().hangup(cause),
    waitFor: <T>(name: string, { timeout, music }: WaitForOptions = {}) =>
      make<T>({ do: 'wait', key: resultKey(name), timeout: checkedTimeout(timeout), music }),
    step: <T>(name: string, work: (context: StepContext) => T | Promise<T>, { attempts = 3 }: StepOptions = {}) =>
      make<T>({ do: 'step', name, run: work, attempts }),
    race: (members: Record<string, Waiting<unknown>>, { timeout }: { timeout?: number } = {}) =>
      group('race', members, checkedTimeout(timeout)),
    all: (members: Record<string, Waiting<unknown>>) => group('all', members),
  } as FlowCall;
  return {
    call,
    checkAwaited() {
      const names = [...notAwaited].map(({ verb }) => nameOf(verb));
      if (names.length === 0 || isOver()) return;
      throw new TypeError(
        `Expected the flow to await everything that it asks for, but it did not await ${names.join('; ')}`,
      );
    },
  };
}

function checkedTimeout(seconds: number | undefined): number | undefined {
  if (seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= 99_999_999)) return seconds;
  throw new RangeError(`timeout: expected whole seconds from 1 to 99999999, got ${seconds}`);
}
