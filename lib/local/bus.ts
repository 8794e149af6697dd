import { randomUUID } from 'node:crypto';
import { matches } from '../events/pattern/matches.ts';
import type { LocalRule } from './deployment.ts';
import { ACCOUNT, REGION } from './template-values.ts';

/** An event as rules match it and targets receive it. */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** One entry of a PutEvents request, as it comes over the wire. */
export interface PutEntry {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  /** Epoch seconds. */
  Time?: number;
  Resources?: string[];
  EventBusName?: string;
}

export type PutResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

export interface BusObserver {
  onEvent(event: BusEvent, rules: LocalRule[]): void;
  invoke(target: string, event: BusEvent): void;
}

/** Takes entries, and invokes the targets of the rules that match. */
export class Bus {
  readonly #rules: readonly LocalRule[];
  readonly #busNames: readonly string[];
  readonly #observer: BusObserver;

  constructor(busNames: readonly string[], rules: readonly LocalRule[], observer: BusObserver) {
    this.#busNames = busNames;
    this.#rules = rules;
    this.#observer = observer;
  }

  put(entry: PutEntry): PutResult {
    const { Source, DetailType, Detail } = entry;
    for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
      if (!value)
        return invalid('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
    }
    const detail = objectOf(Detail);
    if (!detail) return invalid('MalformedDetail', 'Detail is malformed.');
    // A name, or an ARN that ends with it.
    const busName = entry.EventBusName?.split('/').at(-1) ?? 'default';
    // The service answers for a bus that does not exist as if all were well; here it is said aloud.
    if (!this.#busNames.includes(busName))
      return invalid('ResourceNotFoundException', `Event bus ${busName} does not exist.`);

    const event: BusEvent = {
      version: '0',
      id: randomUUID(),
      'detail-type': DetailType as string,
      source: Source as string,
      account: ACCOUNT,
      time: new Date((entry.Time ?? Date.now() / 1000) * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
      region: REGION,
      resources: entry.Resources ?? [],
      detail,
    };
    const rules = this.#rules.filter((rule) => rule.busName === busName && matches(rule.pattern, event));
    this.#observer.onEvent(event, rules);
    for (const target of rules.flatMap((rule) => rule.targets)) this.#observer.invoke(target, event);
    return { EventId: event.id };
  }
}

function invalid(ErrorCode: string, ErrorMessage: string): PutResult {
  return { ErrorCode, ErrorMessage };
}

function objectOf(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
