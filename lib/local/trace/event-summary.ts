import type { BusEvent } from '../bus/index.ts';

/**
 * A few words that distinguish one event of a type from another. An event of another source may have anything under the
 * names that ARI uses.
 */
export function aboutOf({ detail }: BusEvent): string {
  const at = (...path: string[]): string => textAt(detail, path);
  const bridge = at('bridge', 'id');
  const inBridge = valueAt(detail, ['bridge', 'channels']);
  const args = Array.isArray(detail.args) ? detail.args.filter((arg) => typeof arg === 'string').join(',') : '';
  const parts = [
    at('node'),
    at('eventname'),
    at('channel', 'caller', 'name') || at('channel', 'id'),
    at('digit') && `pressed ${at('digit')}`,
    args && `(${args})`,
    at('playback', 'media_uri'),
    bridge && `room ${bridge}, ${Array.isArray(inBridge) ? inBridge.length : 0} in it`,
    at('reason'),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** The caller's name and number; empty where the event's channel has neither. */
export function callerOf({ detail }: BusEvent): string {
  const caller = [textAt(detail, ['channel', 'caller', 'name']), textAt(detail, ['channel', 'caller', 'number'])];
  return caller.filter((part) => part !== '').join(' ');
}

/** The text at the path; empty where there is none. */
export function textAt(value: unknown, path: readonly string[]): string {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : '';
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value);
}
