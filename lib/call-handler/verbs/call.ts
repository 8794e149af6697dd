import type { Kind } from '../../events/outcomes.ts';
import type { MediaList } from './media.ts';

/** The names that a handler has functions for, by kind of outcome. */
export type OutcomeNames = Record<Kind, string>;

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { [key: string]: Json };

/** What a handler remembers of a call: at most about 2 KB as JSON. */
export type CallData = Record<string, Json | undefined>;

/** `call.gather`: digits that the caller presses. Times are in seconds. */
export interface GatherOptions {
  /** What is played meanwhile; a key stops it. @default nothing */
  prompt?: MediaList;
  /** After so many digits it is over. 1 to 255. */
  maxDigits: number;
  /** How long to wait for the first digit, after the prompt. @default 5 */
  timeout?: number;
  /** How long to wait for each further digit. @default 3 */
  interDigitTimeout?: number;
  /** The key that ends it, and is none of the digits; '' for none. @default '#' */
  finishOnKey?: string;
  /** How often the caller is prompted who presses nothing. @default 1 */
  tries?: number;
  /**
   * Who collects the digits: Asterisk's dialplan, in one step; or the handler, one event for each digit, which needs
   * nothing in the dialplan and leaves the call in its bridge.
   * @default by the dialplan, where it has the contexts that `asterisk-config` writes and can play the prompt
   */
  way?: 'dialplan' | 'events';
}

/** `call.record`. Times are in seconds. */
export interface RecordOptions {
  /** @default 'wav' */
  format?: 'wav' | 'gsm' | 'ulaw' | 'alaw' | 'sln';
  /** So much silence ends it; 0 for none. @default 5 */
  maxSilence?: number;
  /** The longest duration. @default 120 */
  maxDuration?: number;
  /** The key that ends it. @default '#' */
  finishOnKey?: '#' | '*' | 'any' | 'none';
  /** Whether the caller hears a beep first. @default true */
  beep?: boolean;
}

/** `call.dial`: one or more phones. Times are in seconds. */
export interface CallDialOptions {
  /**
   * Endpoints as Asterisk names them: `PJSIP/1001`, `PJSIP/+4930123@trunk`; a program that hears and says audio over TCP:
   * `AudioSocket/HOST:PORT/UUID/c(slin)`.
   */
  to: string | readonly string[];
  /** How long each rings. @default 30 */
  timeout?: number;
  /** With several endpoints: who answers first, or each in turn. @default 'all' */
  strategy?: 'all' | 'one after the other';
  /** The number that the phones show. @default the caller's */
  callerId?: string;
  /** What who answers hears before they talk. @default nothing */
  whisper?: `sound:${string}`;
  /** What the caller hears meanwhile, in place of ringing: a class of music on hold. @default what the phones send, or ringing */
  music?: string;
  /**
   * Whether who answered may transfer the call, by the keys of features.conf: blind, or warm (consult, then join). A
   * context of the dialplan for the numbers that they dial.
   * @default no transfer
   */
  transfers?: string;
  /** Whether the conversation is recorded, both sides, into a stored recording of ARI. @default false */
  record?: boolean;
}

/** `call.queue` */
export interface QueueOptions {
  /** A queue of Asterisk's queues.conf, which has its members, its strategy, music and announcements. */
  queue: string;
  /** How long the caller waits, in seconds. @default without end */
  timeout?: number;
}

/** What `call.say` says, by Asterisk's own sounds in the channel's language. */
export type Said =
  | { digits: string }
  | { number: number }
  | { spelled: string }
  /** @default time zone UTC, format `ABdY 'digits/at' IMp` */
  | { time: Date; zone?: string; format?: string };

/**
 * A call, and the verbs that its handler gives Asterisk to carry out, in their order, when the function is done. Nothing
 * happens before; nothing of it happens where the function throws. A list ends with a verb that says what comes next: one
 * with a name, whose outcome the handler has a function for, or `hangup`, `leave`. Verbs after it are refused.
 *
 * An event that comes twice, or late, does nothing twice: a list runs once, and none that is older than one that ran.
 *
 * @example
 * const greeting = callHandler({ StasisStart: ({ call }) => call.answer().play('sound:hello-world').hangup() });
 */
export interface Call<N extends OutcomeNames = OutcomeNames> {
  /** The channel's id. */
  readonly id: string;
  /** The arguments of `Stasis(app,argument,…)`, the dialplan's own. */
  readonly args: readonly string[];
  /** Whether the caller has hung up: verbs do nothing any more. */
  readonly isOver: boolean;
  /**
   * What the handler remembers of the call, for its next functions. A change travels with the list of verbs, so it is
   * there exactly where the list ran.
   *
   * @throws TypeError where ari.conf's `channelvars` does not have `ARI_STATE`, and for events without a channel's fields
   */
  state: CallData;
  /** Answers the call. Verbs that play do so themselves. */
  answer(): this;
  /** Lets the caller hear ringing, as long as the call is not answered. */
  ring(): this;
  /** Plays media, one after the other. Keys do not stop it: a menu is a `gather`. */
  play(media: MediaList): this;
  /** Says digits, a number, letters, a date or a time. */
  say(said: Said): this;
  /** Waits so many seconds, in silence or with a class of music on hold. */
  wait(seconds: number, options?: { music?: string }): this;
  /** Puts the caller into a room, made for the first one, until the caller is the one to leave or is removed. */
  conference(room: string): this;
  /** Collects digits. Then: `gathered[name]`. */
  gather(name: N['gathered'], options: GatherOptions): void;
  /** Records the caller. Then: `recorded[name]`. */
  record(name: N['recorded'], options?: RecordOptions): void;
  /** Rings phones, and connects the caller with who answers, until one of them hangs up. Then: `dialled[name]`. */
  dial(name: N['dialled'], options: CallDialOptions): void;
  /** Lets the caller wait for a member of a queue, and connects them. Then: `queued[name]`. */
  queue(name: N['queued'], options: QueueOptions): void;
  /** Lets the caller's own system call someone else, and leave this one (SIP REFER). Then, if it cannot: `transferred[name]`. */
  transfer(name: N['transferred'], options: { to: string }): void;
  /** Listens whether a person or a machine has answered a call that we placed. Then: `detected[name]`. */
  detectMachine(name: N['detected']): void;
  /** Comes back when the verbs before it are done: `next[name]`. */
  next(name: N['next']): void;
  /** Lets the call go on in the dialplan: at a place of it, or after the `Stasis()` that it came from. */
  leave(to?: { context: string; extension: string; priority?: number }): void;
  /** Hangs up. @param cause of Q.850: 16 is normal, 17 busy. @default 16 */
  hangup(cause?: number): void;
}
