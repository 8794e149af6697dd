/**
 * How to wait for one command.
 *
 * @example
 * await ari.channels.answer({ channelId }, { timeoutMs: 1000 });
 */
export interface CallOptions {
  /** Ends the wait for an answer; the command may have been carried out all the same. */
  signal?: AbortSignal;
  /** How long to wait for an answer, in milliseconds. @default the client's `timeoutMs` */
  timeoutMs?: number;
}
