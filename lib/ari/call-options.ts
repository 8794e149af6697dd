/**
 * How to wait for one command.
 *
 * @example
 * await ari.channels.answer({ channelId }, { timeoutMs: 1000 });
 */
export interface CallOptions {
  /** Cancels the wait for a response; Asterisk may still carry out the command. */
  signal?: AbortSignal;
  /** How long to wait for a response, in milliseconds. @default the client's `timeoutMs` */
  timeoutMs?: number;
}
