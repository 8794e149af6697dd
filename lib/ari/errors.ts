/**
 * How the caller should react to an ARI failure:
 *
 *  - `gone`: the channel, bridge or playback does not exist (404, 400 "Channel not found" of `bridges.addChannel` and
 *    `removeChannel`, and 409 "Bridge not in Stasis application"): somebody hung up, or the work is done; also a variable
 *    that is not set, or a SIP header that is not there;
 *  - `wrong-state`: it exists, but not in a state that allows this (409, 412, and 422 of the same two): a channel that is
 *    in no app or not in that bridge, an id that is taken;
 *  - `unauthorized`: the credentials are wrong or read-only (401, 403): an operator must act;
 *  - `unavailable`: no response, no ARI (404 from Asterisk's HTTP server itself), or Asterisk is still booting (503): retry
 *    later;
 *  - `rejected`: Asterisk refuses the request as it is (any other status): a retry cannot succeed.
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

/** Asterisk shows a bridge that it has just destroyed for a moment, and says so of it; also of a bridge that `Dial()` made. */
const ENDED_BRIDGE = '409 Bridge not in Stasis application';

/** The two commands with statuses of their own for the channels that they name in the body. */
const KIND_OF_MEMBER: Record<string, AriErrorKind> = { '400 Channel not found': 'gone', 422: 'wrong-state' };
const OF_MEMBERS = new Set(['bridges.addChannel', 'bridges.removeChannel']);

/** Operations whose 403 is about the object, such as a channel without RTP, and not about the user. */
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
 * A command that Asterisk refused or did not answer. It has no query string and no header, and of the request only ids.
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
  /** The command's name in ARI, e.g. `channels.answer`. */
  readonly operation: string;
  /** The request's path, without its query. */
  readonly path: string;
  /** The HTTP status, absent when there was no response. */
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

  /** Whether the same command may succeed later without any change. */
  get retryable(): boolean {
    return this.kind === 'unavailable';
  }
}

function refusalOf({ status, message, advice }: Refusal): string {
  return advice === undefined ? `${status} ${message}` : `${status} ${message}: ${advice}`;
}

function kindOf(operation: string, { status, message, advice, kind }: Refusal): AriErrorKind {
  if (kind !== undefined) return kind;
  // This 404 is not from ARI, so it does not mean that the channel is gone.
  if (status === 404 && advice !== undefined) return 'unavailable';
  if (status === 403 && FORBIDDEN_THINGS.has(operation) && message !== READ_ONLY_USER) return 'rejected';
  const ofMember = KIND_OF_MEMBER[`${status} ${message}`] ?? KIND_OF_MEMBER[status];
  if (ofMember && OF_MEMBERS.has(operation)) return ofMember;
  if (`${status} ${message}` === ENDED_BRIDGE) return 'gone';
  return KIND_BY_STATUS[status] ?? 'rejected';
}

/**
 * The error of a transport when Asterisk has certainly not received the request: any command may be sent again.
 *
 * @example
 * if (socket.readyState !== socket.OPEN) throw new NotSentError('the socket is not open');
 */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/**
 * The promise's value, or `undefined` where Asterisk answers that the object does not exist (`gone`).
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

/** The innermost message, with its system error code: `fetch failed` alone does not give the reason. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Its own message already explains its cause.
  if (error instanceof NotSentError) return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
