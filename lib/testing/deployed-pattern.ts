import type { CallHandler } from '../call-handler/call-handler.ts';
import { ariPattern } from '../events/ari-pattern.ts';
import type { CallEventEnvelope } from '../events/call-event.ts';
import { type EventPattern, matches } from '../events/pattern/index.ts';
import { FLOW_EVENT_TYPES } from '../flow/event-types.ts';
import { type CallFlow, isFlow } from '../flow/flow-function.ts';

/** @throws TypeError where the handler has functions for types that its pattern does not bring */
export function checkPattern(app: string, handler: CallHandler | CallFlow, pattern: EventPattern): void {
  const types = pattern['detail-type'];
  const needed = isFlow(handler) ? FLOW_EVENT_TYPES : handler.eventTypes;
  const plain = Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [];
  // A pattern may say more of types than a list of names, such as a prefix: then what it brings shows as it comes.
  const isList = Array.isArray(types) && plain.length === types.length;
  const missing = isList ? needed.filter((type) => !plain.includes(type)) : [];
  if (missing.length > 0) {
    throw new TypeError(
      `${app}: expected its pattern to bring ${missing.join(', ')}, for which the handler has functions, got one of ${plain.join(', ')}. ` +
        'Take the types from the handler: ariPattern({ application, type: handler })',
    );
  }
}

/** The pattern of a handler or a flow for an app, where the test names none. */
export function patternOf(application: string, handler: CallHandler | CallFlow): EventPattern {
  return ariPattern({ application, type: isFlow(handler) ? FLOW_EVENT_TYPES : handler });
}

export function brings(pattern: EventPattern, envelope: CallEventEnvelope): boolean {
  return matches(pattern, { ...envelope });
}
