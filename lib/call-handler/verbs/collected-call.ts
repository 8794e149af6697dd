import type { Media } from '../../ari/media.ts';
import { CALL_VARIABLES, STATE_VARIABLE } from '../../ari/verbs-dialplan.ts';
import type { CallEvent } from '../../events/call-event.ts';
import { type Arrived, type Kind, outcomeIn, ownArguments, recordingName, variablesOf } from '../../events/outcomes.ts';
import type {
  Call,
  CallData,
  CallDialOptions,
  GatherOptions,
  OutcomeNames,
  QueueOptions,
  RecordOptions,
  Said,
} from './call.ts';
import type { Decided } from './decided.ts';
import type { EventStep } from './event-step.ts';
import type { Verb } from './list.ts';
import { type MediaList, playing, promptFiles, silence } from './media.ts';

/** A verb that the handler has asked for, and how it is carried out: by the dialplan, or step by step as events come. */
export interface Wish {
  verb: string;
  /** Absent where the dialplan cannot play the media, or the handler does not want it to. */
  steps?: Verb[] | undefined;
  /** Absent where only the dialplan can. */
  byEvents?: EventStep;
}

/** What comes after a list of verbs: an outcome that a function is for. */
export interface Awaited {
  kind: Kind;
  name: string;
  attempt: number;
}

const NAME = /^\w{1,24}$/;
/** Endpoints, queues, rooms, contexts: nothing that parts arguments of the dialplan. */
const PLAIN = /^[\w./@:+*#-]{1,200}$/;
/** The codec of an AudioSocket. */
const CODEC = /\/c\(\w+\)$/;
const MAX_STATE = 2000;

/** The verbs that a function asks for, in their order. */
export class CollectedCall implements Call<OutcomeNames> {
  readonly id: string;
  readonly args: readonly string[];
  readonly isOver: boolean;
  readonly wishes: Wish[] = [];
  /** What the list ends with, once it has. */
  awaited: Awaited | undefined;
  readonly #event: CallEvent;
  readonly #arrived: Arrived | undefined;
  readonly #variables: Readonly<Record<string, string | undefined>>;
  #end: string | undefined;
  #state: CallData | undefined;
  #stateBefore = '';

  /** @param decided the outcome that the call is given for, where the event does not say it */
  constructor(event: CallEvent, channelId: string, decided?: Decided) {
    this.#event = event;
    this.#arrived = decided ?? outcomeIn(event);
    this.#variables = decided?.variables ?? variablesOf(event);
    this.id = channelId;
    this.args = decided?.args ?? (event.type === 'StasisStart' ? ownArguments(event.args) : []);
    this.isOver = event.type === 'ChannelDestroyed';
  }

  /** It comes with the outcome of an earlier list. */
  get isBack(): boolean {
    return this.#arrived !== undefined;
  }

  /** The number of the list: later events have greater ones. */
  get list(): string {
    const { channelSequence } = this.#event.metadata;
    if (channelSequence === undefined) {
      throw new TypeError(
        'Expected metadata.channelSequence, which the connector gives every event of a channel, got none',
      );
    }
    return String(channelSequence);
  }

  get state(): CallData {
    if (this.#state === undefined) {
      const text = this.#variables[STATE_VARIABLE];
      if (text === undefined) {
        throw new TypeError(
          `Expected this ${this.#event.type} to carry ${STATE_VARIABLE}: write channelvars = ${['CHANNEL(linkedid)', ...CALL_VARIABLES].join()} into [general] of ari.conf (asterisk-config does), and read call.state in functions for events of a channel`,
        );
      }
      const json = text === '' ? '{}' : Buffer.from(text, 'base64url').toString();
      this.#state = JSON.parse(json) as CallData;
      this.#stateBefore = json;
    }
    return this.#state;
  }

  set state(state: CallData) {
    this.#state = state;
  }

  /** The state for the list, where it has changed: as the variable has it. */
  get changedState(): string {
    const json = this.#state === undefined ? undefined : JSON.stringify(this.#state);
    if (json === undefined || json === this.#stateBefore) return '';
    const text = Buffer.from(json).toString('base64url');
    if (text.length > MAX_STATE) {
      throw new RangeError(
        `Expected call.state to take at most ${MAX_STATE} characters, got ${text.length}: keep large things in DynamoDB (dynamoDbState)`,
      );
    }
    return text;
  }

  /** @throws TypeError where the list says nothing of what comes next for the caller */
  checkEnd(): void {
    if (this.#end !== undefined) return;
    throw new TypeError(
      `Expected the last verb to say what comes next, one with a name, hangup() or leave(), got ${this.wishes.at(-1)?.verb}(): the caller would wait in silence`,
    );
  }

  answer(): this {
    return this.#add({ verb: 'answer', steps: [['answer']], byEvents: { do: 'answer' } });
  }

  ring(): this {
    return this.#add({ verb: 'ring', steps: [['ring']], byEvents: { do: 'ring' } });
  }

  play(media: MediaList): this {
    return this.#add({ verb: 'play', steps: playing(media), byEvents: { do: 'play', media: [media].flat() } });
  }

  say(said: Said): this {
    const media = saidAsMedia(said);
    return this.#add({
      verb: 'say',
      steps: [saying(said)],
      ...(media && { byEvents: { do: 'play', media: [media] } }),
    });
  }

  wait(seconds: number, { music }: { music?: string } = {}): this {
    within('seconds', seconds, 0, 86_400);
    const steps: Verb[] = [music === undefined ? ['wait', seconds] : ['music', seconds, plain('music', music)]];
    const byEvents: EventStep = { do: 'play', media: silence(seconds) };
    return this.#add({ verb: 'wait', steps, ...(music === undefined && { byEvents }) });
  }

  conference(room: string): this {
    return this.#add({ verb: 'conference', steps: [['answer'], ['conference', plain('room', room)]] });
  }

  gather(name: string, options: GatherOptions): void {
    const { prompt = [], maxDigits, timeout = 5, interDigitTimeout = 3, finishOnKey = '#', tries = 1 } = options;
    within('maxDigits', maxDigits, 1, 255);
    within('timeout', timeout, 0.1, 3600);
    within('interDigitTimeout', interDigitTimeout, 0.1, 3600);
    within('tries', tries, 1, 20);
    if (!/^[\d*#A-D]?$/.test(finishOnKey)) {
      throw new RangeError(`finishOnKey: expected one key, or '' for none, got ${JSON.stringify(finishOnKey)}`);
    }
    const files = promptFiles(prompt);
    const fields = [maxDigits, timeout, interDigitTimeout, `t(${finishOnKey})`, tries];
    const steps: Verb[] | undefined =
      files === undefined || options.way === 'events' ? undefined : [['answer'], ['gather', files, ...fields]];
    const byEvents: EventStep = {
      do: 'gather',
      name,
      media: [prompt].flat(),
      maxDigits,
      timeout,
      interDigitTimeout,
      finishOnKey,
      tries,
    };
    this.#await('gathered', name, { verb: 'gather', steps, byEvents });
  }

  record(name: string, options: RecordOptions = {}): void {
    const { format = 'wav', maxSilence = 5, maxDuration = 120, finishOnKey = '#', beep = true } = options;
    within('maxSilence', maxSilence, 0, 3600);
    within('maxDuration', maxDuration, 1, 86_400);
    const keys = { '#': '', '*': 't', any: 'y', none: 'x' }[finishOnKey];
    const file = `${recordingName(name, this.list, this.id)}.${format}`;
    const steps: Verb[] = [['answer'], ['record', file, maxSilence, maxDuration, `k${beep ? '' : 'q'}${keys}`]];
    this.#await('recorded', name, { verb: 'record', steps });
  }

  dial(name: string, options: CallDialOptions): void {
    const { timeout = 30, strategy = 'all', callerId, whisper, music, transfers, record = false } = options;
    within('timeout', timeout, 1, 3600);
    const endpoints = [options.to].flat().map(dialable);
    if (endpoints.length === 0)
      throw new RangeError('to: expected at least one endpoint, such as PJSIP/1001, got none');
    const announced = whisper === undefined ? '' : plain('whisper', whisper.replace(/^sound:/, ''));
    const flags = [
      'g',
      ...(music === undefined ? [] : [`m(${plain('music', music)})`]),
      ...(callerId === undefined ? [] : [`f(${plain('callerId', callerId)})`]),
      ...(announced === '' ? [] : [`A(${announced})`]),
      ...(transfers === undefined ? [] : ['t']),
    ].join('');
    const groups = strategy === 'all' ? [endpoints.join('&')] : endpoints;
    const file = record ? `${recordingName(name, this.list, this.id)}.wav` : '';
    const context = transfers === undefined ? '' : plain('transfers', transfers);
    const steps: Verb[] = groups.map((group) => ['dial', group, timeout, flags, context, file]);
    this.#await('dialled', name, { verb: 'dial', steps });
  }

  queue(name: string, { queue, timeout }: QueueOptions): void {
    if (timeout !== undefined) within('timeout', timeout, 1, 86_400);
    this.#await('queued', name, {
      verb: 'queue',
      steps: [['answer'], ['queue', plain('queue', queue), timeout ?? '']],
    });
  }

  transfer(name: string, { to }: { to: string }): void {
    this.#await('transferred', name, { verb: 'transfer', steps: [['transfer', plain('to', to)]] });
  }

  detectMachine(name: string): void {
    this.#await('detected', name, { verb: 'detectMachine', steps: [['detect']] });
  }

  next(name: string): void {
    this.#await('next', name, { verb: 'next', steps: [], byEvents: { do: 'next', name } });
  }

  leave(to?: { context: string; extension: string; priority?: number }): void {
    const place =
      to === undefined ? '' : [plain('context', to.context), plain('extension', to.extension), to.priority ?? 1];
    this.#add({ verb: 'leave', steps: [['leave', [place].flat().join()]], byEvents: { do: 'leave', to } });
    this.#end = 'leave';
  }

  hangup(cause = 16): void {
    within('cause', cause, 1, 127);
    this.#add({ verb: 'hangup', steps: [['hangup', cause]], byEvents: { do: 'hangup', cause } });
    this.#end = 'hangup';
  }

  #add(wish: Wish): this {
    if (this.#end !== undefined) {
      throw new TypeError(`Expected nothing after ${this.#end}(), which ends a list of verbs, got ${wish.verb}()`);
    }
    this.wishes.push(wish);
    return this;
  }

  #await(kind: Kind, name: string, wish: Wish): void {
    if (!NAME.test(name)) {
      throw new TypeError(
        `${wish.verb}: expected a name of 1 to 24 letters, digits or "_", got ${JSON.stringify(name)}`,
      );
    }
    this.#add(wish);
    this.#end = wish.verb;
    const again = this.#arrived?.kind === kind && this.#arrived.name === name;
    this.awaited = { kind, name, attempt: again ? (this.#arrived?.attempt ?? 0) + 1 : 1 };
  }
}

function saying(said: Said): Verb {
  if ('digits' in said) return ['digits', plain('digits', said.digits)];
  if ('number' in said) return ['number', within('number', Math.trunc(said.number), -999_999_999, 999_999_999)];
  if ('spelled' in said) return ['characters', said.spelled.replace(/[^\p{L}\p{N} *#+-]/gu, '')];
  const { time, zone = 'UTC', format = "ABdY 'digits/at' IMp" } = said;
  return ['time', Math.floor(time.getTime() / 1000), plain('zone', zone), format];
}

function saidAsMedia(said: Said): Media | undefined {
  if ('digits' in said) return `digits:${said.digits}`;
  if ('number' in said) return `number:${Math.trunc(said.number)}`;
  return 'spelled' in said ? `characters:${said.spelled}` : undefined;
}

function dialable(endpoint: string): string {
  plain('to', endpoint.replace(CODEC, ''));
  return endpoint;
}

function plain(option: string, value: string): string {
  if (PLAIN.test(value)) return value;
  throw new RangeError(`${option}: expected letters, digits and ./@:+*#-, got ${JSON.stringify(value)}`);
}

function within(option: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(`${option}: expected a number from ${least} to ${most}, got ${value}`);
}
