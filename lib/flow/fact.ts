import type { CallEvent } from '../events/call-event.ts';
import { type Arrived, outcomeIn } from '../events/outcomes.ts';

/** A call leg. */
export interface Leg {
  /** The operator's name for the Asterisk server. */
  node: string;
  channelId: string;
}

/**
 * What a flow can wait for, by a key that says what it means: `list:NUMBER`, a list of verbs came back; `over`, the channel
 * is gone; `result:NAME`, somebody has completed a wait of this name. For each key the first fact counts, so one that comes
 * twice is the same one. JSON.
 */
export type Fact =
  /** The outcome, as the dialplan says it; of a call that is over, only where its list was under way. */
  | { key: `list:${string}`; arrived: Arrived }
  | { key: 'over'; arrived?: Arrived }
  | { key: `result:${string}`; value?: unknown };

/** `call.ref`: names a call leg in one text. */
export function refOf({ node, channelId }: Leg): string {
  return `${node}/${channelId}`;
}

/** @throws TypeError where the text names none */
export function legOf(ref: string): Leg {
  const [, node, channelId] = /^([^/]+)\/(.+)$/.exec(ref) ?? [];
  if (node !== undefined && channelId !== undefined) return { node, channelId };
  throw new TypeError(`Expected call.ref of a flow, such as "pbx-1/1795403597.0", got ${JSON.stringify(ref)}`);
}

export type FactKey = Fact['key'];

export const OVER = 'over';

export function listKey(list: number | string): `list:${string}` {
  return `list:${list}`;
}

export function resultKey(name: string): `result:${string}` {
  if (!/^[\w.-]{1,100}$/.test(name)) {
    throw new TypeError(
      `Expected the name of a wait to be 1 to 100 letters, digits, ".", "-" or "_", got ${JSON.stringify(name)}`,
    );
  }
  return `result:${name}`;
}

/** The fact that an event brings; `undefined` for a call that enters the app by its own dialplan. */
export function factOf(event: CallEvent): Fact | undefined {
  const arrived = outcomeIn(event);
  if (event.type === 'ChannelDestroyed') return arrived ? { key: OVER, arrived } : { key: OVER };
  return arrived && { key: listKey(arrived.list), arrived };
}
