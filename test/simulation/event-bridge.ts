import { parseJson } from '../../lib/json.ts';
import type { AcceptedEntry, Detail, Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface ServiceAnswer {
  status: number;
  body: object;
  /** Carried out, but the answer never arrives: the connection is reset, or nothing comes. */
  lost?: 'reset' | 'silence';
}

interface Entry {
  Source: string;
  DetailType: string;
  Detail: string;
}

/** How the bus fails at the moment: shares from 0 to 1. */
export interface BusTrouble {
  /** Entries that are throttled. */
  throttled: number;
  /** Whole requests that are throttled. */
  throttledRequests: number;
  /** Entries that fail alone. */
  failedEntries: number;
  /** Requests that are answered with 500. */
  serverErrors: number;
  /** The role may not put events. */
  denied: boolean;
  /** Requests that are carried out and whose answer is lost. */
  lostAnswers: number;
  /** How long each request takes, in milliseconds. */
  slowMs: number;
  /** Entries that it accepts in a second; others are throttled. */
  perSecond: number;
}

export const NO_TROUBLE: Readonly<BusTrouble> = {
  throttled: 0,
  throttledRequests: 0,
  failedEntries: 0,
  serverErrors: 0,
  denied: false,
  lostAnswers: 0,
  slowMs: 0,
  perSecond: Number.POSITIVE_INFINITY,
};

/** Marks entries that the service refuses for ever, and how: an error of the entry, or of the whole request. */
export const POISON = { entry: 'poison-entry', request: 'poison-request', failure: 'poison-failure' } as const;

/** EventBridge's PutEvents. */
export class EventBridgeService {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #ledger: Ledger;
  trouble: BusTrouble = { ...NO_TROUBLE };
  /** Whether entries that make their whole request fail still do so. */
  poisonFails = true;
  /** When an entry last made its request fail. */
  lastPoisonedAt = Number.NEGATIVE_INFINITY;
  /** Called for each accepted entry. */
  onAccepted: (entry: AcceptedEntry) => void = () => {};
  /** How often an entry of a process was with others in a request that failed by it. */
  readonly #failedBeside = new Map<string, number>();
  /** Entries that it may still accept of its quota, at a time. */
  #quota = { left: 0, at: 0 };

  constructor(clock: VirtualClock, random: Random, ledger: Ledger) {
    this.#clock = clock;
    this.#random = random;
    this.#ledger = ledger;
  }

  /** Whether nothing is wrong with it at the moment. */
  get isWell(): boolean {
    return (Object.keys(NO_TROUBLE) as (keyof BusTrouble)[]).every((key) => this.trouble[key] === NO_TROUBLE[key]);
  }

  put(from: string, body: string): ServiceAnswer {
    const { trouble, poisonFails } = this;
    const random = this.#random;
    if (trouble.denied) return refusal(400, 'AccessDeniedException', 'not authorized to perform: events:PutEvents');
    if (random.chance(trouble.throttledRequests)) return refusal(400, 'ThrottlingException', 'Rate exceeded');
    if (random.chance(trouble.serverErrors)) return refusal(500, 'InternalFailure', 'internal failure');
    // A line of a damaged journal can have a part of an entry.
    const { Entries } = (parseJson(body) ?? {}) as { Entries?: Entry[] };
    if (!Entries) return refusal(400, 'SerializationException', 'the body is not JSON');
    if (Entries.length === 0 || Entries.length > 10) {
      this.#ledger.violate('protocol', `PutEvents: expected 1 to 10 entries, got ${Entries.length}`);
    }
    if (poisonFails && body.includes(POISON.failure)) {
      this.lastPoisonedAt = this.#clock.time;
      this.#ledger.count('path: poison entry fails its request');
      this.#noteFailedBeside(from, Entries);
      return refusal(500, 'InternalFailure', 'internal failure');
    }
    if (body.includes(POISON.request)) {
      return refusal(400, 'ValidationException', 'an entry is malformed');
    }
    const accepted: AcceptedEntry[] = [];
    const results = Entries.map((entry) => {
      if (random.chance(trouble.throttled) || !this.#takeQuota())
        return { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
      if (random.chance(trouble.failedEntries)) return { ErrorCode: 'InternalFailure', ErrorMessage: 'failed' };
      if (entry.Detail.includes(POISON.entry)) return { ErrorCode: 'InvalidArgument', ErrorMessage: 'malformed' };
      const detail = parseJson(entry.Detail) as Detail | undefined;
      if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
      accepted.push(this.#accept(from, entry, detail));
      return { EventId: random.uuid() };
    });
    const FailedEntryCount = results.filter((result) => 'ErrorCode' in result).length;
    const lost = random.chance(trouble.lostAnswers) ? random.pick(['reset', 'silence'] as const) : undefined;
    for (const entry of lost ? accepted : []) entry.isUnanswered = true;
    return { status: 200, body: { FailedEntryCount, Entries: results }, ...(lost && { lost }) };
  }

  #accept(from: string, { Source, DetailType, Detail }: Entry, detail: Detail): AcceptedEntry {
    const end = Detail.lastIndexOf(',"metadata":');
    const text = Source === 'asterisk.ari' ? `${Detail.slice(0, end)}}` : '';
    const entry: AcceptedEntry = { at: this.#clock.time, from, source: Source, type: DetailType, detail, text };
    this.#ledger.accepted.push(entry);
    this.#ledger.lastAccepted.set(from, entry.at);
    this.onAccepted(entry);
    return entry;
  }

  /** An entry that makes its request fail is to go alone when it was in two; a process can have it from its disk and from the queue. */
  #noteFailedBeside(from: string, entries: readonly Entry[]): void {
    if (entries.length === 1) return;
    for (const { Detail } of entries.filter((entry) => entry.Detail.includes(POISON.failure))) {
      const key = `${from} ${(JSON.parse(Detail) as Detail).metadata.id}`;
      const times = (this.#failedBeside.get(key) ?? 0) + 1;
      this.#failedBeside.set(key, times);
      if (times === 5) this.#ledger.violate('bound', `${key} was with others in five requests that failed by it`);
    }
  }

  #takeQuota(): boolean {
    const { perSecond } = this.trouble;
    if (!Number.isFinite(perSecond)) return true;
    const { time } = this.#clock;
    const left = Math.min(perSecond, this.#quota.left + ((time - this.#quota.at) / 1000) * perSecond);
    this.#quota = { left: left < 1 ? left : left - 1, at: time };
    return left >= 1;
  }
}

function refusal(status: number, code: string, message: string): ServiceAnswer {
  return { status, body: { __type: code, message } };
}
