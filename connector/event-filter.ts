import { eventTypes } from '../lib/ari/generated/model.ts';
import { type AriFrame, CALL_EVENT_SOURCE } from '../lib/events/entry.ts';
import { filterFaults } from '../lib/events/filter-fields.ts';
import { type CompiledPatterns, compile, type EventPattern } from '../lib/events/pattern/index.ts';

/** The default: all types except two that are very frequent and that no call handler waits for. */
export const DEFAULT_FILTER: readonly EventPattern[] = [
  { 'detail-type': [{ 'anything-but': ['ChannelVarset', 'ChannelDialplan'] }] },
];

/** Asterisk has about 70 types of events; a mistake in a frame must not fill the memory. */
const MAX_TYPES = 1000;

/** Decides which events are forwarded: those that any of the event patterns matches. */
export class EventFilter {
  readonly #patterns: readonly EventPattern[];
  readonly #compiled: CompiledPatterns;
  readonly #looksAtResources: boolean;
  readonly #looksIntoDetail: boolean;
  /** By type, where the patterns look at nothing else of an event. */
  readonly #passesByType: Map<string, boolean> | undefined;

  /** @throws for a pattern that EventBridge would refuse, and for one with a field that no event has */
  constructor(patterns: readonly EventPattern[]) {
    this.#patterns = patterns;
    this.#compiled = compile(patterns);
    const faults = patterns.flatMap(filterFaults);
    if (faults.length > 0) throw new Error(faults.join('; '));
    const text = JSON.stringify(patterns);
    this.#looksAtResources = text.includes('"resources"');
    this.#looksIntoDetail = text.includes('"detail"');
    if (!this.#looksAtResources && !this.#looksIntoDetail) this.#passesByType = new Map();
  }

  passes(frame: AriFrame, resources: readonly string[], node: string): boolean {
    const { type } = frame.event;
    const known = this.#passesByType?.get(type);
    if (known !== undefined) return known;
    const passes = this.#matches(frame, resources, node);
    if (this.#passesByType && this.#passesByType.size < MAX_TYPES) this.#passesByType.set(type, passes);
    return passes;
  }

  #matches({ event }: AriFrame, resources: readonly string[], node: string): boolean {
    const seen = {
      source: CALL_EVENT_SOURCE,
      'detail-type': event.type,
      // Only for patterns that read them.
      ...(this.#looksAtResources && { resources: resources.map((resource) => `${node}/${resource}`) }),
      ...(this.#looksIntoDetail && { detail: { ...event, metadata: { node } } }),
    };
    try {
      return this.#compiled.matches(seen);
    } catch {
      // For example, an event that is nested too deeply to match: one event too many is better than a missing one.
      return true;
    }
  }

  /** Types of which no event passes, whatever its fields are: Asterisk need not send them. */
  excludedTypes(): string[] {
    const byType: EventPattern[] = [];
    for (const pattern of this.#patterns) {
      const types = pattern['detail-type'];
      // Where the pattern has `$or` too, the type alone does not decide.
      if (types === undefined || '$or' in pattern) return [];
      byType.push({ 'detail-type': types });
    }
    const someOfType = compile(byType);
    return eventTypes.filter((type) => !someOfType.matches({ 'detail-type': type }));
  }
}
