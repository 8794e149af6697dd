import { stripVTControlCharacters } from 'node:util';
import { timeOf } from '../../ari/timestamp.ts';
import { parseJsonObject } from '../../json.ts';
import type { BusEvent } from '../bus/index.ts';
import type { ObservedCommand, ObservedFlow, ObservedInvocation } from '../lambda/index.ts';
import type { LocalRule } from '../template/index.ts';
import { CallIds, type Joined } from './call-ids.ts';
import { aboutOf, callerOf, textAt } from './event-summary.ts';
import type { LocalObserver } from './observer.ts';
import { operationOf } from './operation-of.ts';
import { type EventStep, type InvocationStep, type Step, SYSTEM } from './step.ts';

/** The details of a step that are not in its line. */
export type StepDetail =
  | { kind: 'event'; event: BusEvent; rules: readonly LocalRule[] }
  /** `payload` of a flow: its execution's name and input, and what has ended meanwhile. */
  | { kind: 'invocation'; payload: unknown; isFlow: boolean }
  | { kind: 'command'; path: string; body?: string; answer?: string }
  | { kind: 'log'; line: string }
  | { kind: 'deadLetter'; body: string; attributes: Record<string, string> }
  | { kind: 'caller' };

export interface TraceOptions {
  /** Maximum steps kept; the oldest are dropped first. @default 10,000 */
  maxSteps?: number;
  /** Maximum characters of all kept steps. @default 32 million */
  maxCharacters?: number;
  /** Epoch milliseconds. @default the machine's clock */
  now?: () => number;
}

/** `new`; `ended`: an invocation has ended; `moved`: the step belongs to another call now. */
export type StepChange = 'new' | 'ended' | 'moved';
export type StepListener = (step: Step, change: StepChange) => void;

interface Kept {
  step: Step;
  detail: StepDetail;
  characters: number;
}

/** What a new environment of a function opens its connection to Asterisk with: no command of a handler's. */
const OPENS_CONNECTION = 'asterisk.ping';
/** Commands that read and write Asterisk's configuration, which includes passwords of phones. */
const HOLDS_SECRETS = /^asterisk\..*Object$/;
/** Commands that answer with the channel that they created. */
const CREATES_CHANNEL = /^channels\.(originate|create|snoopChannel|externalMedia)(WithId)?$/;
const MAX_LINE = 16_384;
/** Characters of a text of a step. */
const MAX_TEXT = 300;

/** Keeps the latest steps by call, for the terminal and the console. */
export class Trace implements LocalObserver {
  readonly #options: Required<TraceOptions>;
  readonly #kept: Kept[] = [];
  readonly #listeners = new Set<StepListener>();
  readonly #calls: CallIds;
  readonly #running = new Map<string, InvocationStep>();
  #characters = 0;
  #last = 0;

  constructor(options: TraceOptions = {}) {
    const now = (): number => performance.timeOrigin + performance.now();
    this.#options = { maxSteps: 10_000, maxCharacters: 32_000_000, now, ...options };
    this.#calls = new CallIds(this.#options.maxSteps);
  }

  /** The steps that are kept, the oldest first. */
  get steps(): Step[] {
    return this.#kept.map(({ step }) => step);
  }

  /** How many steps were dropped to stay within the limits. */
  get dropped(): number {
    return this.#last - this.#kept.length;
  }

  /** A step with its details; `undefined` where it was dropped, or never existed. */
  find(number: number): { step: Step; detail: StepDetail } | undefined {
    return this.#kept[number - this.dropped - 1];
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: StepListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onEvent(event: BusEvent, matched: readonly LocalRule[], rules: readonly LocalRule[]): void {
    const at = (...path: string[]): string => textAt(event.detail, path);
    const channelId = at('metadata', 'channelId');
    const eventId = at('metadata', 'id') || event.id;
    const call = this.#callOf({ callId: at('metadata', 'callId'), channelId });
    this.#calls.ofEvent.set(eventId, call);
    const step: Omit<EventStep, 'number'> = {
      kind: 'event',
      call,
      at: this.#options.now(),
      eventId,
      source: event.source,
      type: event['detail-type'],
      about: oneLine(aboutOf(event)),
      matched: matched.map(({ title }) => title),
      ...omitEmpty({
        caller: oneLine(callerOf(event)),
        extension: oneLine(at('channel', 'dialplan', 'exten')),
        channelId,
        happenedAt: timeOf(at('timestamp')),
        receivedAt: timeOf(at('metadata', 'receivedAt')),
      }),
    };
    this.#keep(step, { kind: 'event', event, rules }, JSON.stringify(event).length);
  }

  onInvocationStart({ requestId, fn, payload, eventId, attempt, cold, flow }: ObservedInvocation): void {
    const call = this.#calls.ofEvent.get(eventId) ?? SYSTEM;
    this.#calls.ofRequest.set(requestId, call);
    const step = this.#keep(
      {
        kind: 'invocation',
        call,
        at: this.#options.now(),
        requestId,
        eventId,
        fn: fn.title,
        type: oneLine(flow ? typeOfFlow(flow) : textAt(payload, ['detail-type']) || 'an event'),
        attempt,
        cold,
        ...(flow && flow.invocation > 1 && { replay: flow.invocation - 1 }),
      },
      { kind: 'invocation', payload: flow ?? payload, isFlow: flow !== undefined },
      // The event's step counts the payload's size: the payload is nearly always the same object. A flow's is its own.
      flow ? JSON.stringify(flow).length : 200,
    );
    this.#running.set(`${requestId} ${attempt}`, step as InvocationStep);
  }

  onInvocationEnd(
    { requestId, attempt }: ObservedInvocation,
    { ms, error, retryInMs }: { ms: number; error?: string; retryInMs?: number },
  ): void {
    const key = `${requestId} ${attempt}`;
    const step = this.#running.get(key);
    if (!step) return;
    this.#running.delete(key);
    Object.assign(step, { ms, ...omitEmpty({ error: error && oneLine(error), retryInMs }) });
    this.#tell(step, 'ended');
  }

  onCommand(command: ObservedCommand): void {
    const { requestId, fn, method, status, error, at, ms } = command;
    const operation = operationOf(method, command.path);
    if (operation === OPENS_CONNECTION) return;
    const path = withoutKey(command.path);
    const { body, answer } = HOLDS_SECRETS.test(operation) ? {} : command;
    const call = this.#calls.ofRequest.get(requestId) ?? SYSTEM;
    if (CREATES_CHANNEL.test(operation) && status === 200) {
      this.#addLeg(textAt(objectOf(answer), ['id']), call);
    }
    this.#keep(
      {
        kind: 'command',
        call,
        at,
        requestId,
        fn: fn.title,
        operation,
        method,
        path: oneLine(path),
        ms,
        ...omitEmpty({ status, error: error && oneLine(error) }),
      },
      { kind: 'command', path, ...omitEmpty({ body, answer }) },
      (body?.length ?? 0) + (answer?.length ?? 0) + path.length,
    );
  }

  onDeadLetter(queue: string, { body, attributes }: { body: string; attributes: Record<string, string> }): void {
    const content = objectOf(body);
    // An on-failure destination has the event under `requestPayload`; a rule's dead-letter queue has the event itself.
    const event = objectOf(content?.requestPayload) ?? content;
    // A flow's has what its execution began with.
    const begin = objectOf(event?.event);
    const at = (...path: string[]): string => textAt(event, path) || textAt({ detail: begin }, path);
    this.#keep(
      {
        kind: 'deadLetter',
        call: this.#callOf({
          callId: at('detail', 'metadata', 'callId'),
          channelId: at('detail', 'metadata', 'channelId'),
        }),
        at: this.#options.now(),
        queue,
        about: oneLine(at('detail-type') || at('detail', 'type') || 'an event'),
      },
      { kind: 'deadLetter', body: body.slice(0, MAX_LINE), attributes },
      Math.min(body.length, MAX_LINE),
    );
  }

  onLog(origin: string, line: string, requestId?: string): void {
    const fields = objectOf(line);
    const ids = { callId: textAt(fields, ['call']), channelId: textAt(fields, ['channel']) };
    this.#keep(
      {
        kind: 'log',
        call: (requestId !== undefined && this.#calls.ofRequest.get(requestId)) || this.#callOf(ids),
        at: this.#options.now(),
        origin,
        level: textAt(fields, ['level']) || 'text',
        message: oneLine(textAt(fields, ['message']) || line),
        ...omitEmpty({ requestId }),
      },
      { kind: 'log', line: line.slice(0, MAX_LINE) },
      Math.min(line.length, MAX_LINE),
    );
  }

  /** An action of a caller, or of the console's user. @param channelId of the call, where there is one */
  onCaller(text: string, channelId?: string): void {
    const step = {
      kind: 'caller' as const,
      call: this.#callOf({ channelId }),
      at: this.#options.now(),
      text: oneLine(text),
    };
    this.#keep(step, { kind: 'caller' }, 0);
  }

  /** The call that a channel belongs to. */
  callOf(channelId: string): string {
    return this.#calls.ofChannel(channelId);
  }

  #callOf({ callId = '', channelId = '' }: { callId?: string; channelId?: string | undefined }): string {
    const joined = this.#calls.see(channelId, callId);
    if (joined) this.#move(joined);
    return callId === '' ? this.#calls.ofChannel(channelId) || SYSTEM : this.#calls.of(callId);
  }

  /** A command of the call created the channel. */
  #addLeg(channelId: string, call: string): void {
    const joined = this.#calls.addLeg(channelId, call);
    if (joined) this.#move(joined);
  }

  /** The first events of a leg come before the answer that names it: their steps move into the call. */
  #move({ from, to }: Joined): void {
    for (const { step } of this.#kept) {
      if (step.call !== from) continue;
      step.call = to;
      this.#tell(step, 'moved');
    }
  }

  #keep(step: DistributiveOmit<Step, 'number'>, detail: StepDetail, characters: number): Step {
    this.#last += 1;
    const numbered = { number: this.#last, ...step } as Step;
    this.#kept.push({ step: numbered, detail, characters: characters + MAX_TEXT });
    this.#characters += characters + MAX_TEXT;
    const { maxSteps, maxCharacters } = this.#options;
    while (this.#kept.length > maxSteps || (this.#characters > maxCharacters && this.#kept.length > 1)) this.#drop();
    this.#tell(numbered, 'new');
    return numbered;
  }

  #drop(): void {
    const { step, characters } = this.#kept.shift() as Kept;
    this.#characters -= characters;
    if (step.kind === 'invocation') this.#running.delete(`${step.requestId} ${step.attempt}`);
  }

  #tell(step: Step, change: StepChange): void {
    for (const listener of this.#listeners) listener(step, change);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What a flow begins with, or goes on after. */
function typeOfFlow({ invocation, resumedBy, input }: ObservedFlow): string {
  if (invocation > 1) return resumedBy.join(', ') || 'a failed invocation';
  return textAt(input, ['event', 'type']) || textAt(input, ['detail-type']) || 'an event';
}

/** The fields without those that are undefined or an empty string. */
function omitEmpty<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const filled = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(filled) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** Removes credentials: ARI accepts them in the query as well. */
function withoutKey(path: string): string {
  return path.replace(/([?&]api_key=)[^&]*/g, '$1…');
}

/** The text in one line, cut at `MAX_TEXT`, without control sequences. The terminal takes out more of it. */
function oneLine(text: string): string {
  const line = stripVTControlCharacters(text).replace(/\s+/g, ' ');
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value === 'string') return parseJsonObject(value);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
