import type { AriEventMap, Channel } from '../ari/generated/model.ts';
import type { AriEventType } from './call-event.ts';
import { CALL_EVENT_SOURCE } from './entry.ts';

/** What a text may begin with: `{ prefix: '+49' }`. */
export interface Prefix {
  prefix: string;
}

/** One value, or a list of which any will do. */
export type AnyOf<V> = V | readonly V[];

/** For each field of a thing what it may be, in the thing's own shape. */
export type FieldsOf<T> = {
  [K in keyof T]?: NonNullable<T[K]> extends string
    ? AnyOf<NonNullable<T[K]> | Prefix>
    : NonNullable<T[K]> extends number
      ? AnyOf<NonNullable<T[K]>>
      : FieldsOf<NonNullable<T[K]>>;
};

/** A field that can be asked for where all events of the type have it; with others, the rule would never match. */
type WhereTheyHave<Field extends string, T extends AriEventType, V> = Field extends keyof AriEventMap[T] ? V : never;

/** What a call handler says of itself. */
export interface TypesOfHandler<T extends AriEventType> {
  readonly eventTypes: readonly T[];
}

/**
 * What to route: every field given must match, a list matches any of its values.
 *
 * @example
 * const fields: AriPatternFields<'StasisStart'> = { type: 'StasisStart', channel: { caller: { number: '100' } } };
 */
export interface AriPatternFields<T extends AriEventType = AriEventType> {
  /** The ARI event's type, or a call handler, for all types that it has functions for. @default all types */
  type?: AnyOf<T> | TypesOfHandler<T>;
  /** The Stasis application. @default all applications */
  application?: AnyOf<string>;
  /**
   * Arguments of `Stasis(application,argument,…)`, for `StasisStart`, which alone has them. EventBridge looks for them
   * anywhere in the event's list: `sales` matches `Stasis(app,sales)` and `Stasis(app,berlin,sales)` alike, and
   * `['sales', 'support']` matches either of them, not only both. Which one stands first is for the handler to look at.
   * @default whatever arguments there are
   */
  args?: WhereTheyHave<'args', T, AnyOf<string | Prefix>>;
  /**
   * Of the channel that the event is about, for types whose events carry one: `dialplan.exten` and `dialplan.context`
   * are where the call is in the dialplan, `caller.number` is who calls, `name` begins with the technology (`PJSIP/`).
   * @default whatever channel it is
   */
  channel?: WhereTheyHave<'channel', T, FieldsOf<Omit<Channel, 'channelvars'>>>;
  /** The operator's name for the Asterisk server. @default all nodes */
  node?: AnyOf<string>;
}

/** Fields of an event pattern: lists of alternatives, or more fields. */
export interface AriPatternDetail {
  [field: string]: (string | number | Prefix)[] | AriPatternDetail;
}

/**
 * An EventBridge event pattern, as the service takes it. No interface: those are not taken for an `EventPattern`.
 *
 * @example
 * const pattern: AriPattern = { source: ['asterisk.ari'], 'detail-type': ['StasisStart'] };
 */
export type AriPattern = {
  source: string[];
  'detail-type'?: string[];
  detail?: AriPatternDetail;
};

/**
 * The event pattern for call events, typed from ARI's own model.
 *
 * @example
 * ariPattern({ type: 'StasisStart', application: 'Intro-IVR', args: 'sales' })
 * // { source: ['asterisk.ari'], 'detail-type': ['StasisStart'],
 * //   detail: { application: ['Intro-IVR'], args: ['sales'] } }
 * @example
 * ariPattern({ type: 'StasisStart', channel: { dialplan: { exten: '100' }, caller: { number: { prefix: '+49' } } } })
 * @example
 * ariPattern({ application: 'Intro-IVR', type: handler }) // written once: in the handler
 */
export function ariPattern<T extends AriEventType = AriEventType>(fields: AriPatternFields<T>): AriPattern {
  const { type, node, ...ofEvent } = fields;
  const detail = patternOf({ ...ofEvent, ...(node !== undefined && { metadata: { node } }) });
  return {
    source: [CALL_EVENT_SOURCE],
    ...(type !== undefined && { 'detail-type': typesOf(type) }),
    ...(detail && { detail }),
  };
}

function typesOf<T extends AriEventType>(type: AnyOf<T> | TypesOfHandler<T>): T[] {
  if (typeof type === 'string') return [type];
  return 'eventTypes' in type ? [...type.eventTypes] : [...type];
}

/** The same fields with lists in place of single values; nothing where nothing was asked for, as EventBridge refuses `{}`. */
function patternOf(fields: object): AriPatternDetail | undefined {
  const pattern: AriPatternDetail = {};
  for (const [name, expected] of Object.entries(fields)) {
    if (expected === undefined) continue;
    const isValue = typeof expected !== 'object' || Array.isArray(expected) || 'prefix' in expected;
    const inner = isValue ? [expected].flat() : patternOf(expected);
    if (inner) pattern[name] = inner;
  }
  return Object.keys(pattern).length > 0 ? pattern : undefined;
}
