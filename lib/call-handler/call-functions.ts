import type { ChannelHandle } from '../ari/channel.ts';
import type { AriClient } from '../ari/client.ts';
import type { AriEventMap } from '../ari/generated/model.ts';
import type { AriEventType, CallEvent } from '../events/call-event.ts';
import type { ConnectorEvent, ConnectorEventType } from '../events/connector-event.ts';
import type { Kind, Outcomes } from '../events/outcomes.ts';
import type { Log } from '../log.ts';
import type { Call, OutcomeNames } from './verbs/call.ts';

/** The argument of a call handler's functions. `channel` is there for events that concern one. */
export type CallContext<T extends AriEventType, N extends OutcomeNames = OutcomeNames> = EventContext<T> &
  (Extract<keyof AriEventMap[T], ChannelField> extends never ? unknown : ChannelContext<N>);

/** Fields by which an event concerns a channel: as `metadata.channelId` is found. */
type ChannelField = 'channel' | 'peer' | 'replace_channel' | 'transferer_first_leg' | 'playback' | 'recording';

export interface ChannelContext<N extends OutcomeNames = OutcomeNames> {
  /**
   * The channel that the event concerns. Reading it throws where this event concerns none, though others of its type do:
   * a playback or a recording of a bridge, a user event without a channel.
   */
  readonly channel: ChannelHandle;
  /**
   * The same channel, for verbs: what Asterisk is to carry out when the function is done. Reading it throws where
   * `channel` does.
   */
  readonly call: Call<N>;
}

export interface EventContext<T extends AriEventType> {
  /** The event exactly as Asterisk sent it, and the connector's `metadata`. */
  event: CallEvent<T>;
  /** All of ARI on the event's node. */
  ari: AriClient;
  /** JSON lines with the event's type and id, node, call and channel. */
  log: Log;
  /** A later event of this channel came before. Known within one Lambda environment only: a hint, not a proof. */
  late: boolean;
  /** The connector rebuilt this event after a gap: Asterisk never sent it, and the call may be minutes old. */
  recovered: boolean;
}

/** The argument of a call handler's functions for the connector's own events. */
export interface NewsContext<T extends ConnectorEventType> {
  /** The event, with its `metadata`: id and node. */
  event: ConnectorEvent<T>;
  /** All of ARI on the event's node. */
  ari: AriClient;
  /** JSON lines with the event's type and id, and the node. */
  log: Log;
}

/** The argument of a function for an outcome: the outcome, and what functions for events of a channel have. */
export type OutcomeContext<K extends Kind, N extends OutcomeNames = OutcomeNames> = Outcomes[K] &
  EventContext<'StasisStart' | 'ChannelDestroyed'> &
  ChannelContext<N> & {
    /** 1; more where the function for this outcome has asked for the same again. */
    attempt: number;
  };

/** Functions by the names that a handler gives its verbs. */
type FunctionsFor<K extends Kind, N extends OutcomeNames> = {
  [Name in N[K]]: (context: OutcomeContext<K, N>) => unknown;
};

/**
 * One function for each event type that the handler reacts to: ARI's (`StasisStart`) and the connector's own
 * (`NodeConnected`); and one for each outcome, by verb and name (`gathered: { pin: … }`). What it returns is awaited;
 * commands that it neither awaits nor returns may be cut off, as Lambda freezes the function when it is done.
 *
 * `StasisStart` is a call that enters the app; one that comes back with an outcome is given to the outcome's function.
 */
export type CallFunctions<N extends OutcomeNames = OutcomeNames> = {
  [T in AriEventType]?: (context: CallContext<T, N>) => unknown;
} & {
  [T in ConnectorEventType]?: (context: NewsContext<T>) => unknown;
} & {
  [K in Kind]?: FunctionsFor<K, N>;
};
