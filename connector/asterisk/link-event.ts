import type { GapCause } from '../../lib/events/connector-event.ts';
import type { AriFrame } from '../../lib/events/entry.ts';

/** The position of an event: its connection, and its number on that connection, from 1. */
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
 * What happens between Asterisk and the connector, in its order. `AppLink` emits all kinds but `taken`, `taking`, `gap` and `synced`.
 * `NodeLink` acts on them, passes them on (except `heard`), and adds those.
 */
export type LinkEvent =
  | ReadEvent
  /** A frame that is not an event, with the reason. */
  | { kind: 'rejected'; fault: string; text: string; position: FramePosition }
  /** The WebSocket is open and the apps are registered. */
  | { kind: 'connected'; apps: string[]; connection: string }
  | { kind: 'disconnected'; apps: string[]; connection: string; reason: string }
  /** Asterisk has given the app to another socket. The link continues with its other apps. */
  | { kind: 'replaced'; app: string; connection: string }
  /** A program that is not a connector has taken the app. `takesBackAt` in epoch milliseconds, undefined for never. */
  | { kind: 'taken'; app: string; takesBackAt: number | undefined }
  /** This connector takes apps from others, by their ids, that Asterisk lists and that do not work any more. */
  | { kind: 'taking'; apps: string[]; from: string[] }
  /** Asterisk answered a ping: what it sent before `at`, when the ping was sent, was read. In epoch milliseconds. */
  | { kind: 'heard'; at: number }
  /** Events may have been missed. Times in epoch milliseconds; `from` is undefined where it is unknown. */
  | { kind: 'gap'; apps: string[]; connection: string; from: number | undefined; to: number; cause: GapCause }
  /** The known state of the node's channels is the state that Asterisk reports. */
  | { kind: 'synced' };
