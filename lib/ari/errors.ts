/**
 * What an ARI failure asks of the caller:
 *
 *  - `gone`: the channel, bridge or playback does not exist (404, and 400 "Channel not found" of `bridges.addChannel` and
 *    `removeChannel`): somebody hung up, or the work is done; also a variable that is not set, or a SIP header that is not
 *    there;
 *  - `wrong-state`: it exists, but not in a state that allows this (409, 412, and 422 of the same two): a channel that is
 *    in no app or not in that bridge, an id that is taken;
 *  - `unauthorized`: the credentials are wrong or read-only (401, 403): an operator must act;
 *  - `unavailable`: no answer, no ARI there (404 from Asterisk's HTTP server itself), or Asterisk is still booting (503):
 *    worth trying again later;
 *  - `rejected`: Asterisk refuses the request as it is (any other status): repeating it cannot help.
 *
 * @example
 * if (error instanceof AriError && error.kind === 'wrong-state') await channel.hangup();
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

/** The two commands that have statuses of their own for the channels that they name beside the path. */
const KIND_OF_MEMBER: Record<string, AriErrorKind> = { '400 Channel not found': 'gone', 422: 'wrong-state' };
const OF_MEMBERS = new Set(['bridges.addChannel', 'bridges.removeChannel']);

/** Where 403 is about the thing asked for, such as a channel that has no RTP, and not about the user. */
const FORBIDDEN_THINGS = new Set([
  'asterisk.updateObject',
  'asterisk.deleteObject',
  'channels.rtpstatistics',
  'recordings.getStoredFile',
]);
const READ_ONLY_USER = 'Write access denied';

/** What Asterisk answered where it refused. */
interface Refusal {
  status: number;
  /** Asterisk's own words. */
  message: string;
  advice?: string | undefined;
  /** @default by operation, status and message */
  kind?: AriErrorKind;
}

/**
 * A command that Asterisk refused or never answered. Carries no query string, no header, and of what was sent only ids.
 *
 * @example
 * try {
 *   await ari.channels.answer({ channelId });
 * } catch (error) {
 *   if (error instanceof AriError && error.kind === 'gone') return; // the caller hung up
 *   throw error;
 * }
 */
export class AriError extends Error {
  override readonly name = 'AriError';
  readonly kind: AriErrorKind;
  /** The command in the API's words, e.g. `channels.answer`. */
  readonly operation: string;
  /** The path that was asked for, without its query. */
  readonly path: string;
  /** The HTTP status, absent when there was no answer. */
  readonly status: number | undefined;
  /** What Asterisk said, e.g. `Channel not found`; absent when there was no answer. */
  readonly said: string | undefined;
  /** The ids of the channels that the command was about: `['1795403597.0']`. */
  readonly channelIds: readonly string[];

  constructor(
    operation: string,
    path: string,
    outcome: Refusal | { cause: unknown },
    channelIds: readonly string[] = [],
  ) {
    const status = 'status' in outcome ? outcome.status : undefined;
    const reason = 'status' in outcome ? refusalOf(outcome) : `no answer: ${reasonOf(outcome.cause)}`;
    super(`${operation} (${path}): ${reason}`, 'cause' in outcome ? { cause: outcome.cause } : undefined);
    this.operation = operation;
    this.path = path;
    this.status = status;
    this.said = 'status' in outcome ? outcome.message : undefined;
    this.channelIds = channelIds;
    this.kind = 'status' in outcome ? kindOf(operation, outcome) : 'unavailable';
  }

  /** Whether the same command may succeed later, with nobody changing anything. */
  get retryable(): boolean {
    return this.kind === 'unavailable';
  }
}

function refusalOf({ status, message, advice }: Refusal): string {
  return advice === undefined ? `${status} ${message}` : `${status} ${message}: ${advice}`;
}

function kindOf(operation: string, { status, message, advice, kind }: Refusal): AriErrorKind {
  if (kind !== undefined) return kind;
  // Without ARI nothing is known of the channel: who asks whether it is gone shall not be told that it is.
  if (status === 404 && advice !== undefined) return 'unavailable';
  if (status === 403 && FORBIDDEN_THINGS.has(operation) && message !== READ_ONLY_USER) return 'rejected';
  const ofMember = KIND_OF_MEMBER[`${status} ${message}`] ?? KIND_OF_MEMBER[status];
  if (ofMember && OF_MEMBERS.has(operation)) return ofMember;
  return KIND_BY_STATUS[status] ?? 'rejected';
}

/**
 * What a transport rejects with when Asterisk has certainly not seen the request: any command may be sent again.
 *
 * @example
 * if (socket.readyState !== socket.OPEN) throw new NotSentError('the socket is not open');
 */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/**
 * The promise's value, or `undefined` where Asterisk says that the thing does not exist (`gone`).
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
  // Says in the project's own words already what its cause says in the system's.
  if (error instanceof NotSentError) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
