import type { AriEventType } from './call-event.ts';
import { CALL_EVENT_SOURCE } from './entry.ts';

/** What to route: every field given must match, a list matches any of its values. */
export interface AriPatternFields {
  /** The ARI event's type. @default all types */
  type?: AriEventType | readonly AriEventType[];
  /** The Stasis application. @default all applications */
  application?: string | readonly string[];
  /** The operator's name for the Asterisk server. @default all nodes */
  node?: string | readonly string[];
}

/** An EventBridge event pattern, as the service takes it. */
export interface AriPattern {
  source: string[];
  'detail-type'?: string[];
  detail?: { application?: string[]; metadata?: { node: string[] } };
}

/**
 * The event pattern for call events, typed from ARI's own model.
 *
 * @example
 * ariPattern({ type: 'StasisStart', application: 'Intro-IVR' })
 * // { source: ['asterisk.ari'], 'detail-type': ['StasisStart'], detail: { application: ['Intro-IVR'] } }
 */
export function ariPattern({ type, application, node }: AriPatternFields): AriPattern {
  return {
    source: [CALL_EVENT_SOURCE],
    ...(type !== undefined && { 'detail-type': list(type) }),
    ...((application ?? node) !== undefined && {
      detail: {
        ...(application !== undefined && { application: list(application) }),
        ...(node !== undefined && { metadata: { node: list(node) } }),
      },
    }),
  };
}

function list(value: string | readonly string[]): string[] {
  return typeof value === 'string' ? [value] : [...value];
}
