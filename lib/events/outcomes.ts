import { OUTCOME_MARK, OUTCOME_VARIABLE, UNKNOWN_VERB } from '../ari/verbs-dialplan.ts';
import { digitsUntilHangUp } from './gathered-digits.ts';

/** What came of each verb that has a name, by the name of the functions for it. */
export interface Outcomes {
  /** Of `call.gather`. */
  gathered: {
    /** `ok`: all digits, or the finishing key; `timeout`: the caller pressed fewer, or none; `failed`: no such prompt. */
    outcome: 'ok' | 'timeout' | 'hungup' | 'failed';
    /** What the caller pressed, without the finishing key. */
    digits: string;
  };
  /** Of `call.record`. */
  recorded: {
    /** What ended it: a key, silence, the longest duration, the caller's hang-up; `failed`: it could not be stored. */
    outcome: 'key' | 'silence' | 'limit' | 'hungup' | 'failed';
    /** The stored recording's name in ARI (`ari.recordings.getStored`). */
    recording: string;
    /** How long it is at most, in whole seconds: its silence at the end is cut. */
    seconds: number;
  };
  /** Of `call.dial`, when the conversation is over or there was none. */
  dialled: {
    /** `cancelled`: the caller hung up before anyone answered; `unreachable`: not registered, or no such phone. */
    outcome: 'answered' | 'busy' | 'noanswer' | 'declined' | 'unreachable' | 'cancelled' | 'failed';
    /** How long they talked, in whole seconds. */
    seconds: number;
    /** Who ended the conversation. */
    endedBy?: 'caller' | 'callee';
    /** Where it was `answered` and to be recorded: the stored recording's name in ARI. */
    recording: string;
  };
  /** Of `call.queue`, when the conversation is over or there was none. */
  queued: {
    outcome: 'answered' | 'timeout' | 'full' | 'empty' | 'hungup' | 'failed';
    /** Who answered: `PJSIP/agent1`. Needs `setinterfacevar = yes` in queues.conf. */
    member?: string;
  };
  /** Of `call.transfer`. */
  transferred: { outcome: 'ok' | 'unsupported' | 'hungup' | 'failed' };
  /** Of `call.detectMachine`. */
  detected: { outcome: 'human' | 'machine' | 'unsure' | 'hungup' };
  /** Of `call.next`. */
  next: { outcome: 'ok' | 'hungup' };
}

export type Kind = keyof Outcomes;

/** An outcome as `metadata.outcome` of an event has it: of which verb, and the fields of that kind. */
export type EventOutcome = {
  [K in Kind]: {
    /** `gathered`, `recorded`, `dialled`, `queued`, `transferred`, `detected` or `next`. */
    kind: K;
    /** The name that the handler gave the verb. */
    name: string;
    /** How often in a row the verb of this name was asked for. */
    attempt: number;
  } & Outcomes[K];
}[Kind];

/** An outcome as the dialplan says it. */
export interface Arrived {
  /** Which verb it is of (`Kind`); empty where the list had no verb with a name. */
  kind: string;
  /** The name that the handler gave the verb. */
  name: string;
  /** The number of the list. */
  list: string;
  /** How often in a row the verb of this name was asked for. */
  attempt: number;
  /** As Asterisk's application says it. */
  result: string;
  values: readonly string[];
  /** The caller has hung up. */
  isOver: boolean;
}

/** Results of the dialplan's applications, and what they are called here. */
const GATHERED = { OK: 'ok', TIMEOUT: 'timeout', HANGUP: 'hungup' } as const;
const RECORDED = { DTMF: 'key', OPERATOR: 'key', SILENCE: 'silence', TIMEOUT: 'limit', HANGUP: 'hungup' } as const;
const DIALLED = {
  ANSWER: 'answered',
  BUSY: 'busy',
  NOANSWER: 'noanswer',
  CANCEL: 'cancelled',
  CONGESTION: 'unreachable',
  CHANUNAVAIL: 'unreachable',
} as const;
const QUEUED = {
  CONTINUE: 'answered',
  TIMEOUT: 'timeout',
  FULL: 'full',
  JOINEMPTY: 'empty',
  LEAVEEMPTY: 'empty',
  JOINUNAVAIL: 'empty',
  LEAVEUNAVAIL: 'empty',
  HANGUP: 'hungup',
} as const;
const TRANSFERRED = { SUCCESS: 'ok', UNSUPPORTED: 'unsupported', HANGUP: 'hungup' } as const;
const DETECTED = { HUMAN: 'human', MACHINE: 'machine', NOTSURE: 'unsure', HANGUP: 'hungup' } as const;
const NEXT = { '': 'ok', HANGUP: 'hungup' } as const;

/** Asterisk's cause of a phone that declined. */
const CALL_REJECTED = '21';

/** What a handler's function for an outcome is given of it, by kind. */
export const OUTCOMES: { [K in Kind]: (arrived: Arrived, channelId: string) => Outcomes[K] } = {
  gathered: ({ result, list, values: [digits = '', byEvents = ''] }) => ({
    outcome: named(GATHERED, result) ?? 'failed',
    digits: byEvents === '' ? digits : digitsUntilHangUp(byEvents, list),
  }),
  recorded: ({ result, values: [seconds], name, list, isOver }, channelId) => ({
    // Asterisk's Record() says HANGUP too where the time is over and no media came at all.
    outcome: result === 'HANGUP' && !isOver ? 'limit' : (named(RECORDED, result) ?? 'failed'),
    recording: recordingName(name, list, channelId),
    seconds: Number(seconds) || 0,
  }),
  dialled: ({ result, values: [talked, more = ''], name, list }, channelId) => {
    const [seconds, recording] = [Number(talked) || 0, recordingName(name, list, channelId)];
    // Where the caller hung up, the application's own status stands behind.
    if (result === 'HANGUP') {
      if (more !== 'ANSWER') return { outcome: 'cancelled', seconds, recording };
      return { outcome: 'answered', seconds, endedBy: 'caller', recording };
    }
    if (result === 'ANSWER') return { outcome: 'answered', seconds, endedBy: 'callee', recording };
    const outcome = more === CALL_REJECTED ? 'declined' : (named(DIALLED, result) ?? 'failed');
    return { outcome, seconds, recording };
  },
  queued: ({ result, values: [member] }) => {
    // Asterisk says who answered where queues.conf has setinterfacevar=yes; without it, a caller who hangs up is just gone.
    if (!member) return { outcome: named(QUEUED, result) ?? 'failed' };
    return { outcome: result === 'HANGUP' ? 'answered' : (named(QUEUED, result) ?? 'failed'), member };
  },
  transferred: ({ result }) => ({ outcome: named(TRANSFERRED, result) ?? 'failed' }),
  detected: ({ result }) => ({ outcome: named(DETECTED, result) ?? 'unsure' }),
  next: ({ result }) => ({ outcome: named(NEXT, result) ?? 'ok' }),
};

export const KINDS = Object.keys(OUTCOMES) as Kind[];

/** The name under which `call.record` stores what it records. */
export function recordingName(name: string, list: string, channelId: string): string {
  return `${name}-${channelId}-${list}`;
}

/** The arguments of an app that are the dialplan's own: those before an outcome. */
export function ownArguments(args: readonly string[] = []): string[] {
  const at = args.indexOf(OUTCOME_MARK);
  return at < 0 ? [...args] : args.slice(0, at);
}

/** The outcome that an event brings: of a call that is back in its app, or of one that is over. */
export function outcomeIn(event: { type: string; args?: unknown; channel?: unknown }): Arrived | undefined {
  if (event.type === 'StasisStart') {
    const args = Array.isArray(event.args) ? (event.args as string[]) : [];
    const at = args.indexOf(OUTCOME_MARK);
    return at < 0 ? undefined : arrived(args.slice(at + 1), false);
  }
  if (event.type !== 'ChannelDestroyed') return undefined;
  const said = variablesOf(event)[OUTCOME_VARIABLE];
  return said ? arrived(said.split(separatorOf(said)), true) : undefined;
}

/** The same, in words that need no knowledge of Asterisk. */
export function eventOutcome(event: Parameters<typeof outcomeIn>[0], channelId = ''): EventOutcome | undefined {
  const found = outcomeIn(event);
  if (!found || !isKind(found.kind) || found.result === UNKNOWN_VERB) return undefined;
  const { kind, name, attempt } = found;
  return { kind, name, attempt, ...OUTCOMES[kind](found, channelId) } as EventOutcome;
}

/** The variables that a channel's event carries (`channelvars` in ari.conf). */
export function variablesOf(event: object): Readonly<Record<string, string | undefined>> {
  const { channel } = event as { channel?: { channelvars?: Record<string, string | undefined> } };
  return channel?.channelvars ?? {};
}

export function isKind(name: string): name is Kind {
  return Object.hasOwn(OUTCOMES, name);
}

function arrived(fields: readonly string[], isOver: boolean): Arrived {
  const [kind = '', name = '', list = '', attempt = '', result = '', ...values] = fields;
  return { kind, name, list, attempt: Number(attempt) || 1, result, values, isOver };
}

/** What stands behind the kind: `,` by the dialplan; `:` where the handler carried out the list, as `SET()` knows no commas. */
function separatorOf(said: string): string {
  return /\W/.exec(said)?.[0] ?? ',';
}

function named<T>(names: Readonly<Record<string, T>>, result: string): T | undefined {
  return Object.hasOwn(names, result) ? names[result] : undefined;
}
