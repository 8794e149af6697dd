import type { CallDialOptions, QueueOptions, RecordOptions } from '../call-handler/verbs/call.ts';
import type { CallEvent } from '../events/call-event.ts';
import type { Outcomes } from '../events/outcomes.ts';
import type { Log } from '../log.ts';
import type { StepContext, StepOptions } from './step-context.ts';
import type { FlowGatherOptions, Named, Verbs } from './verbs.ts';
import type { Waiting } from './waiting.ts';

export interface WaitForOptions {
  /** After so many seconds the value is `undefined`. 1 or more, whole. @default no limit but the execution's */
  timeout?: number;
  /** What the caller hears meanwhile: a class of music on hold. @default nothing */
  music?: string;
}

/** What came first in a race: its name, and its value. */
export type First<M> = { [K in keyof M]: { first: K; value: ValueOf<M[K]> } }[keyof M];

export type ValueOf<W> = W extends Waiting<infer T> ? T : never;

/**
 * A call, as its flow has it. Verbs begin when they are awaited, and only then. `await` one at a time; several at a time are
 * `call.all` or `call.race`.
 *
 * Verbs that are written one behind the other are one list, which Asterisk carries out at once: the fewer lists, the fewer
 * waits between them.
 *
 * Where the caller hangs up, a verb with an outcome returns it (`hungup`; of `dial` `cancelled`, or `answered` with `endedBy`
 * `caller`). Every other verb, and every verb after it, throws `HungUp`.
 *
 * @example
 * const flow = callFlow(async (call) => {
 *   await call.answer().play('sound:hello-world');
 *   const { digits } = await call.gather({ prompt: 'sound:vm-password', maxDigits: 4 });
 *   call.log.info('Gathered', { digits: digits.length });
 * });
 */
export interface FlowCall {
  /** The channel's id. */
  readonly id: string;
  /** Names the call for `completeWait`: `NODE/CHANNEL`. */
  readonly ref: string;
  /** The arguments of `Stasis(app,argument,…)`. */
  readonly args: readonly string[];
  /** The event by which the call entered the app. */
  readonly event: CallEvent<'StasisStart'>;
  /** JSON lines with the call's node, channel and execution. What a replay comes by again is logged once. */
  readonly log: Log;
  /** Whether verbs do nothing any more: the caller has hung up, or the flow has. */
  readonly isOver: boolean;
  /** Answers the call. Verbs that play do so themselves. */
  answer(): Verbs;
  /** Lets the caller hear ringing, as long as the call is not answered. */
  ring(): Verbs;
  /** Plays media, one after the other. Keys do not stop it: a menu is a `gather`. */
  play(...given: Parameters<Verbs['play']>): Verbs;
  /** Says digits, a number, letters, a date or a time. */
  say(...given: Parameters<Verbs['say']>): Verbs;
  /** Waits so many seconds, in silence or with a class of music on hold. Asterisk keeps the time. */
  wait(...given: Parameters<Verbs['wait']>): Verbs;
  /** Puts the caller into a room, until they leave it or are removed. */
  conference(room: string): Verbs;
  /** Collects digits. */
  gather(options: FlowGatherOptions): Waiting<Outcomes['gathered']>;
  /** Records the caller. */
  record(options?: RecordOptions & Named): Waiting<Outcomes['recorded']>;
  /** Rings phones, and connects the caller with who answers, until one of them hangs up. */
  dial(options: CallDialOptions & Named): Waiting<Outcomes['dialled']>;
  /** Lets the caller wait for a member of a queue, and connects them. */
  queue(options: QueueOptions & Named): Waiting<Outcomes['queued']>;
  /** Lets the caller's own system call someone else (SIP REFER). Returns where it cannot. */
  transfer(options: { to: string } & Named): Waiting<Outcomes['transferred']>;
  /** Listens whether a person or a machine has answered a call that we placed. */
  detectMachine(options?: Named): Waiting<Outcomes['detected']>;
  /** Lets the call go on in the dialplan: at a place of it, or after the `Stasis()` that it came from. */
  leave(...given: Parameters<Verbs['leave']>): Waiting<void>;
  /** Hangs up. @param cause of Q.850: 16 is normal, 17 busy. @default 16 */
  hangup(cause?: number): Waiting<void>;
  /**
   * Waits for a value that others give, by `completeWait(call.ref, name, value)`: another Lambda function, a person. The same
   * name has the same value ever after.
   */
  waitFor<T = unknown>(name: string, options: WaitForOptions & { timeout: number }): Waiting<T | undefined>;
  waitFor<T = unknown>(name: string, options?: WaitForOptions): Waiting<T>;
  /**
   * Runs a function and remembers what it returns (JSON), so that a replay does not run it again. Everything that is not
   * the same each time belongs here: the time, random numbers, requests, commands of ARI. It may run twice where Lambda
   * stops between its end and the checkpoint.
   */
  step<T>(name: string, run: (context: StepContext) => T | Promise<T>, options?: StepOptions): Waiting<T>;
  /**
   * Waits for the first of several. A list of verbs that is not the first goes on to its end, and the next list begins then.
   *
   * @returns which one was first, and its value: `{ first: 'approval', value: true }`; `{ first: 'timeout' }`
   */
  race<M extends Record<string, Waiting<unknown>>>(
    members: M,
    options: { timeout: number },
  ): Waiting<First<M> | { first: 'timeout'; value: undefined }>;
  race<M extends Record<string, Waiting<unknown>>>(members: M): Waiting<First<M>>;
  /** Does several at a time, and waits for all: at most one list of verbs, with steps and waits beside it. */
  all<M extends Record<string, Waiting<unknown>>>(members: M): Waiting<{ [K in keyof M]: ValueOf<M[K]> }>;
}
