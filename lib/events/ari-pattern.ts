import type { AriEventMap, Channel } from '../ari/generated/model.ts';
import type { AriEventType } from './call-event.ts';
import { CALL_EVENT_SOURCE } from './entry.ts';
import type { Kind, Outcomes } from './outcomes.ts';

/** Matches a string by its beginning: `{ prefix: '+49' }`. */
export interface Prefix {
  prefix: string;
}

/** One value, or a list of alternatives. */
export type AnyOf<V> = V | readonly V[];

/** The accepted values of each field, in the shape of the object. */
export type FieldsOf<T> = {
  [K in keyof T]?: NonNullable<T[K]> extends string
    ? AnyOf<NonNullable<T[K]> | Prefix>
    : NonNullable<T[K]> extends number
      ? AnyOf<NonNullable<T[K]>>
      : FieldsOf<NonNullable<T[K]>>;
};

/** A field that is allowed only where all events of the type have it; for others, the rule would never match. */
type WhereTheyHave<Field extends string, T extends AriEventType, V> = Field extends keyof AriEventMap[T] ? V : never;

/** What a call handler says of itself. */
export interface TypesOfHandler<T extends AriEventType> {
  readonly eventTypes: readonly T[];
  /** Of some types, not all events: conditions on an event's fields. @default all */
  readonly conditions?: Readonly<Partial<Record<AriEventType, AriPatternDetail>>>;
}

/**
 * The events to route: every given field must match, a list matches any of its values.
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
   * Arguments of `Stasis(application,argument,…)`; only `StasisStart` has them. EventBridge looks for them anywhere in
   * the event's list: `sales` matches both `Stasis(app,sales)` and `Stasis(app,berlin,sales)`, and `['sales',
   * 'support']` matches either of them. The handler has to check the position.
   * @default any arguments
   */
  args?: WhereTheyHave<'args', T, AnyOf<string | Prefix>>;
  /**
   * Fields of the event's channel, for types whose events have one: `dialplan.exten` and `dialplan.context` are the
   * position in the dialplan, `caller.number` is the caller, `name` begins with the technology (`PJSIP/`).
   * @default any channel
   */
  channel?: WhereTheyHave<'channel', T, FieldsOf<Omit<Channel, 'channelvars'>>>;
  /** The operator's name for the Asterisk server. @default all nodes */
  node?: AnyOf<string>;
  /**
   * The outcome of a verb that the event brings: its kind, the name that the handler gave it, and what came of it
   * (docs/verbs.md).
   * @default any events, with an outcome or without
   */
  outcome?: { kind?: AnyOf<Kind>; name?: AnyOf<string | Prefix>; outcome?: AnyOf<Outcomes[Kind]['outcome']> };
}

/** Fields of an event pattern: lists of alternatives, or more fields. */
export interface AriPatternDetail {
  [field: string]: (string | number | Prefix | Excluded)[] | AriPatternDetail | AriPatternDetail[];
}

/** Matches any other value. */
export interface Excluded {
  'anything-but': string;
}

/**
 * An EventBridge event pattern, as the service accepts it. A type, because an interface is not assignable to
 * `EventPattern`.
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
 * ariPattern({ outcome: { kind: 'dialled', name: 'agent', outcome: 'busy' } }) // for rules of others: no handler is needed
 * @example
 * ariPattern({ application: 'Intro-IVR', type: handler }) // written once: in the handler
 */
export function ariPattern<T extends AriEventType = AriEventType>(fields: AriPatternFields<T>): AriPattern {
  const { type, node, outcome, ...ofEvent } = fields;
  const detail = patternOf({ ...ofEvent, metadata: { node, outcome } });
  const where = conditionsOf(type);
  return {
    source: [CALL_EVENT_SOURCE],
    ...(type !== undefined && { 'detail-type': typesOf(type) }),
    ...((detail || where) && { detail: { ...detail, ...where } }),
  };
}

/** Events of types that have conditions, and all events of the other types. */
function conditionsOf<T extends AriEventType>(
  type: AnyOf<T> | TypesOfHandler<T> | undefined,
): AriPatternDetail | undefined {
  if (type === undefined || typeof type === 'string' || !('eventTypes' in type)) return undefined;
  const conditions = Object.entries(type.conditions ?? {});
  if (conditions.length === 0) return undefined;
  const others = type.eventTypes.filter((name) => !Object.hasOwn(type.conditions ?? {}, name));
  const each = conditions.map(([name, condition]) => ({ type: [name], ...condition }));
  return { $or: [...(others.length > 0 ? [{ type: [...others] }] : []), ...each] };
}

function typesOf<T extends AriEventType>(type: AnyOf<T> | TypesOfHandler<T>): T[] {
  if (typeof type === 'string') return [type];
  return 'eventTypes' in type ? [...type.eventTypes] : [...type];
}

/** The same fields with lists instead of single values; `undefined` without any, as EventBridge refuses `{}`. */
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
