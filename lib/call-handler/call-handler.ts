import { type ChannelHandle, channelHandle } from '../ari/channel.ts';
import type { AriClient } from '../ari/client.ts';
import { AriError, unlessGone } from '../ari/errors.ts';
import type { AriEventType, CallEvent, CallEventEnvelope } from '../events/call-event.ts';
import { createLog, type Log } from '../log.ts';
import { nodeClients } from './nodes.ts';
import { Once } from './once.ts';

/** What a function of a call handler is given. */
export interface CallContext<T extends AriEventType> {
  /** The event exactly as Asterisk sent it, and the connector's `metadata`. */
  event: CallEvent<T>;
  /** The channel that the event concerns. Reading it throws where the event concerns none (a bridge's playback). */
  readonly channel: ChannelHandle;
  /** All of ARI on the event's node. */
  ari: AriClient;
  /** JSON lines that carry the event's type and id, node, call and channel. */
  log: Log;
}

/** One function for each event type that the handler reacts to. */
export type CallFunctions = {
  [T in AriEventType]?: (context: CallContext<T>) => Promise<unknown>;
};

/** A Lambda function for call events, with the types of the events it has functions for. */
export interface CallHandler {
  (envelope: CallEventEnvelope): Promise<void>;
  readonly eventTypes: readonly AriEventType[];
}

export interface CallHandlerOptions {
  /** Finds the ARI client of a node. @default from `ARI_NODES` and Secrets Manager */
  clientOf?: (node: string) => AriClient;
  /** Runs on events from a replay of the bus's archive too, which are yesterday's calls. @default false */
  replays?: boolean;
  /** @default JSON lines on standard output */
  log?: Log;
}

/**
 * A Lambda function that reacts to call events, one function for each type of them.
 *
 * An event that arrives twice runs once (by `metadata.id`, within one Lambda environment). Types without a
 * function and replays are ignored. A caller who hung up meanwhile is no error; any other failure is thrown, so
 * that Lambda tries again.
 *
 * @example
 * export const handler = callHandler({
 *   StasisStart: async ({ channel }) => {
 *     await channel.answer();
 *     await channel.play({ media: 'sound:hello-world' });
 *   },
 *   PlaybackFinished: ({ channel }) => channel.hangup(),
 * });
 */
export function callHandler(functions: CallFunctions, options: CallHandlerOptions = {}): CallHandler {
  const { clientOf = nodeClients(), replays = false, log: baseLog = createLog() } = options;
  const once = new Once();

  const handle = async (envelope: CallEventEnvelope): Promise<void> => {
    const { detail: event } = envelope;
    const { metadata } = event;
    const log = baseLog.with({
      event: event.type,
      id: metadata.id,
      node: metadata.node,
      call: metadata.callId,
      channel: metadata.channelId,
    });
    // The type and its function belong together, which the compiler cannot see through the index.
    const run = functions[event.type] as ((context: CallContext<AriEventType>) => Promise<unknown>) | undefined;
    if (!run || !Object.hasOwn(functions, event.type)) return;
    if (envelope['replay-name'] && !replays) {
      log.info('Ignored an event of a replay', { replay: envelope['replay-name'] });
      return;
    }
    const ari = clientOf(metadata.node);
    const context = {
      event,
      ari,
      log,
      get channel() {
        if (metadata.channelId === undefined) throw new TypeError(`This ${event.type} concerns no channel`);
        return channelHandle(ari, metadata.channelId);
      },
    };
    const ran = await once.run(metadata.id, async () => {
      try {
        await run(context);
      } catch (error) {
        if (!(await hungUpMeanwhile(error, ari, metadata.channelId))) throw error;
        log.info('The caller hung up meanwhile', { reason: (error as Error).message });
      }
    });
    if (!ran) log.info('Ignored an event that was handled before');
  };

  return Object.assign(handle, { eventTypes: Object.keys(functions) as AriEventType[] });
}

/** A command that failed because its channel is no more: asked of Asterisk, not guessed from the status. */
async function hungUpMeanwhile(error: unknown, ari: AriClient, channelId: string | undefined): Promise<boolean> {
  if (!(error instanceof AriError) || channelId === undefined) return false;
  if (error.kind === 'unauthorized' || error.kind === 'unavailable') return false;
  try {
    return (await unlessGone(ari.channels.get({ channelId }))) === undefined;
  } catch {
    return false; // Asterisk cannot say: the first failure stands
  }
}
