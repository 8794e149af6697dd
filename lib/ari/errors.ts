/**
 * What an ARI failure asks of the caller:
 *
 *  - `gone`: the channel, bridge or playback does not exist (404): the caller hung up, or the work is done;
 *  - `wrong-state`: it exists, but not in a state that allows this (409, 412);
 *  - `unauthorized`: the credentials are wrong or read-only (401, 403): an operator must act;
 *  - `unavailable`: no answer, or Asterisk is still booting (503): worth trying again later;
 *  - `rejected`: Asterisk refuses the request as it is (any other status): repeating it cannot help.
 */
export type AriErrorKind = 'gone' | 'wrong-state' | 'unauthorized' | 'unavailable' | 'rejected';

const KIND_BY_STATUS: Record<number, AriErrorKind> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'gone',
  409: 'wrong-state',
  412: 'wrong-state',
  503: 'unavailable',
};

/** A command that Asterisk refused or never answered. Carries no query string, no header and no body sent. */
export class AriError extends Error {
  override readonly name = 'AriError';
  readonly kind: AriErrorKind;
  /** The command in the API's words, e.g. `channels.answer`. */
  readonly operation: string;
  /** The path that was asked for, without its query. */
  readonly path: string;
  /** The HTTP status, absent when there was no answer. */
  readonly status: number | undefined;

  constructor(operation: string, path: string, outcome: { status: number; message: string } | { cause: unknown }) {
    const status = 'status' in outcome ? outcome.status : undefined;
    const reason = 'status' in outcome ? `${status} ${outcome.message}` : `no answer: ${reasonOf(outcome.cause)}`;
    super(`${operation} (${path}): ${reason}`, 'cause' in outcome ? { cause: outcome.cause } : undefined);
    this.operation = operation;
    this.path = path;
    this.status = status;
    this.kind = status === undefined ? 'unavailable' : (KIND_BY_STATUS[status] ?? 'rejected');
  }

  /** Whether the same command may succeed later, with nobody changing anything. */
  get retryable(): boolean {
    return this.kind === 'unavailable';
  }
}

/**
 * The promise's value, or `undefined` where Asterisk says that the thing does not exist (404).
 *
 * @example
 * const bridge = await unlessGone(ari.bridges.get({ bridgeId: '100' }));
 */
export async function unlessGone<T>(command: Promise<T>): Promise<T | undefined> {
  try {
    return await command;
  } catch (error) {
    if (error instanceof AriError && error.kind === 'gone') return undefined;
    throw error;
  }
}

/** The innermost message, with its system error code: `fetch failed` alone helps nobody. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
