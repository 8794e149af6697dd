import { eventTypes } from '../lib/ari/generated/model.ts';
import { type AriFrame, CALL_EVENT_SOURCE } from '../lib/events/entry.ts';
import { type CompiledPatterns, compile, type EventPattern } from '../lib/events/pattern/index.ts';

/** What is forwarded where nothing else is said: all but the bulk that no call waits for. */
export const DEFAULT_FILTER: readonly EventPattern[] = [
  { 'detail-type': [{ 'anything-but': ['ChannelVarset', 'ChannelDialplan'] }] },
];

/** Decides which events are forwarded: those that any of the event patterns matches. */
export class EventFilter {
  readonly #patterns: readonly EventPattern[];
  readonly #compiled: CompiledPatterns;
  readonly #looksAtResources: boolean;
  readonly #looksIntoDetail: boolean;

  /** @throws InvalidEventPatternException when a pattern is none that EventBridge would take */
  constructor(patterns: readonly EventPattern[]) {
    this.#patterns = patterns;
    this.#compiled = compile(patterns);
    const text = JSON.stringify(patterns);
    this.#looksAtResources = text.includes('"resources"');
    this.#looksIntoDetail = text.includes('"detail"');
  }

  passes({ event }: AriFrame, resources: readonly string[], node: string): boolean {
    const seen = {
      source: CALL_EVENT_SOURCE,
      'detail-type': event.type,
      // Made only for patterns that look at them.
      ...(this.#looksAtResources && { resources: resources.map((resource) => `${node}/${resource}`) }),
      ...(this.#looksIntoDetail && { detail: { ...event, metadata: { node } } }),
    };
    try {
      return this.#compiled.matches(seen);
    } catch {
      // Nested too deep to be judged, say: an event too many costs less than one that is missing.
      return true;
    }
  }

  /** Types of events of which none passes, whatever it holds: Asterisk need not even send them. */
  excludedTypes(): string[] {
    const byType: EventPattern[] = [];
    for (const pattern of this.#patterns) {
      const types = pattern['detail-type'];
      // Beside `$or` a field may be overruled by its branches.
      if (types === undefined || '$or' in pattern) return [];
      byType.push({ 'detail-type': types });
    }
    const someOfType = compile(byType);
    return eventTypes.filter((type) => !someOfType.matches({ 'detail-type': type }));
  }
}
