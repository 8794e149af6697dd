import type { GapCause } from '../../lib/events/connector-event.ts';
import type { AriFrame } from '../../lib/events/entry.ts';

/** Where an event stands: on which connection, and its number there, from 1. */
export interface FramePosition {
  connection: string;
  sequence: number;
}

/** An event that Asterisk sent, or that was rebuilt after a gap. */
export interface ReadEvent {
  kind: 'event';
  frame: AriFrame;
  position: FramePosition;
  /** Rebuilt after a gap, not sent by Asterisk. */
  recovered: boolean;
}

/**
 * What happens between Asterisk and the connector, in its order. `AppLink` emits all kinds but the last two. `NodeLink`
 * acts on them, passes them on (but `heard`), and adds the last two.
 */
export type LinkEvent =
  | ReadEvent
  /** A frame that is no event, with the reason. */
  | { kind: 'rejected'; fault: string; text: string; position: FramePosition }
  /** The WebSocket is open and the apps are registered. */
  | { kind: 'connected'; apps: string[]; connection: string }
  | { kind: 'disconnected'; apps: string[]; connection: string; reason: string }
  /** Asterisk has given the app to another socket. The link goes on without it. */
  | { kind: 'replaced'; app: string; connection: string }
  /** Asterisk answered a ping. */
  | { kind: 'heard' }
  /** Events may have been missed. Times in epoch milliseconds; `from` is undefined where nobody knows it. */
  | { kind: 'gap'; apps: string[]; connection: string; from: number | undefined; to: number; cause: GapCause }
  /** What is known of the node's channels is what Asterisk says. */
  | { kind: 'synced' };
