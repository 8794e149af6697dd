import { channelHandle } from '../ari/channel.ts';
import type { AriClient } from '../ari/client.ts';
import { AriError } from '../ari/errors.ts';
import type { AriPatternDetail } from '../events/ari-pattern.ts';
import type { AriEventType, CallEvent, CallEventEnvelope } from '../events/call-event.ts';
import {
  type ConnectorEventEnvelope,
  type ConnectorEventType,
  isConnectorEventType,
} from '../events/connector-event.ts';
import { CONNECTOR_SOURCE } from '../events/entry.ts';
import { type Kind, outcomeIn } from '../events/outcomes.ts';
import { createLog, type Log } from '../log.ts';
import { AGAIN_AFTER_MS, againAtOnce } from './again-at-once.ts';
import { claimingClient } from './call-claim.ts';
import type { CallFunctions } from './call-functions.ts';
import { ChannelOrder } from './channel-order.ts';
import { type DeadLetter, sqsDeadLetter } from './dead-letter.ts';
import { isFinal } from './give-up.ts';
import { MadeBridges } from './made-bridges.ts';
import { ENDINGS, whatHappenedMeanwhile } from './meanwhile.ts';
import { nodeClients } from './nodes.ts';
import { Once, type OnceStore } from './once.ts';
import { goOnByEvent } from './verbs/by-events.ts';
import { carryOut } from './verbs/carry-out.ts';
import { CollectedCall } from './verbs/collected-call.ts';
import {
  conditionsOf,
  functionsFor,
  functionsNamed,
  hasOutcomes,
  isConcernedBy,
  outcomesOf,
  typesOf,
} from './verbs/dispatch.ts';

/** A Lambda function for call events, with the types of the events it has functions for. */
export interface CallHandler {
  /** @param invocation Lambda's context, of which the remaining time is used */
  (
    envelope: CallEventEnvelope | ConnectorEventEnvelope,
    invocation?: { getRemainingTimeInMillis(): number },
  ): Promise<void>;
  /** Types of call events, for `ariPattern`. */
  readonly eventTypes: readonly AriEventType[];
  /** Which events of some types it needs, for `ariPattern`: of the others all. */
  readonly conditions: Readonly<Partial<Record<AriEventType, AriPatternDetail>>>;
  /** Types of the connector's own events, for `connectorPattern`. */
  readonly connectorEventTypes: readonly ConnectorEventType[];
  /** The outcomes that it has functions for: `gathered.pin`. */
  readonly outcomes: readonly string[];
  /** Whether it has a store that remembers handled events beyond its environment (`once`). */
  readonly hasOnceStore: boolean;
  /**
   * The same functions with some options changed, as in a new Lambda environment: it knows no handled events.
   *
   * @example
   * const silent = handler.withOptions({ log: createLog({}, () => {}) });
   */
  withOptions(changed: CallHandlerOptions): CallHandler;
}

export interface CallHandlerOptions {
  /** Finds the ARI client of a node. @default from `ARI_NODES` and Secrets Manager */
  clientOf?: (node: string) => AriClient;
  /** Also handles events from a replay of the bus's archive, whose calls are over. @default false */
  replays?: boolean;
  /** Remembers handled events across Lambda environments: `dynamoDbOnce(…)`. @default within one environment only */
  once?: OnceStore;
  /**
   * Where Asterisk, or the secret with its password, was not available, the event is handled again at once, after so many
   * milliseconds each time, if the invocation has the time: a caller hears silence meanwhile. Lambda's own attempts follow
   * minutes later. [] for none.
   * @default [300, 1000]
   */
  againAfterMs?: readonly number[];
  /**
   * Stores events that failed finally (`GiveUp`, commands that Asterisk rejects as they are).
   * @default the queue `DEAD_LETTERS_URL`; without one the error is thrown, and Lambda retries before it gives up
   */
  deadLetter?: DeadLetter;
  /**
   * Called with each outcome that the handler has a function for, before the function: for metrics, and for tests.
   *
   * @example
   * const options = { onOutcome: (verb: string, name: string) => console.log(`${verb}.${name}`) }; // gathered.pin
   */
  onOutcome?: (verb: Kind, name: string) => void;
  /** @default JSON lines on standard output */
  log?: Log;
}

/**
 * A Lambda function that reacts to call events, one function for each type of them, and one for each outcome of a verb
 * that it gives a name (docs/verbs.md).
 *
 * An event that arrives twice is handled once (by `metadata.id`; within one Lambda environment, or everywhere with
 * `once`). Types without a function and replays are ignored. A final failure becomes a dead letter at once; any other is
 * thrown, so that Lambda retries.
 *
 * The first command of a `StasisStart` that acts for callers claims the call: Asterisk sends a caller to the fallback whom
 * no handler has claimed within some seconds (`rescue` of the node). Where it has done so, no command is sent.
 *
 * A command that failed because the caller hung up, or the call left the app, meanwhile is not an error: a log line says
 * so. Where another leg hung up, the line is a warning, and bridges that this run made and no channel entered are
 * destroyed; catch `AriError` of the kind `gone` to do more for the remaining channels. In the functions of `StasisEnd`,
 * `ChannelDestroyed` and `ChannelHangupRequest` every failure is an error, and a channel that is gone makes a dead letter
 * at once.
 *
 * @example
 * export const handler = callHandler({
 *   StasisStart: ({ call }) => call.gather('pin', { prompt: 'sound:vm-password', maxDigits: 4 }),
 *   gathered: {
 *     pin: ({ call, digits }) => (digits === '4711' ? call.leave() : call.play('sound:vm-goodbye').hangup()),
 *   },
 * });
 * @example
 * export const handler = callHandler({
 *   StasisStart: async ({ channel }) => {
 *     await channel.answer();
 *     await channel.play({ media: 'sound:hello-world' });
 *   },
 *   PlaybackFinished: ({ channel }) => channel.hangup(),
 * });
 * @example
 * export const handler = callHandler({
 *   NodeConnected: async ({ event, ari }) => {
 *     for (const applicationName of event.apps) await ari.applications.subscribe({ applicationName, eventSource: 'bridge:' });
 *   },
 *   Gap: ({ event, log }) => log.warn('Events may have been missed', { from: event.from, to: event.to }),
 * });
 */
export function callHandler<
  Gathered extends string = never,
  Recorded extends string = never,
  Dialled extends string = never,
  Queued extends string = never,
  Transferred extends string = never,
  Detected extends string = never,
  Next extends string = never,
>(
  functions: CallFunctions<{
    gathered: Gathered;
    recorded: Recorded;
    dialled: Dialled;
    queued: Queued;
    transferred: Transferred;
    detected: Detected;
    next: Next;
  }>,
  options: CallHandlerOptions = {},
): CallHandler {
  return handlerOf(functions as CallFunctions, options);
}

function handlerOf(functions: CallFunctions, options: CallHandlerOptions): CallHandler {
  const { clientOf = nodeClients(), replays = false, log: baseLog = createLog(), once: store } = options;
  const { againAfterMs = AGAIN_AFTER_MS } = options;
  const inMemory = new Once();
  const order = new ChannelOrder();
  const types = typesOf(functions);
  const withOutcomes = hasOutcomes(functions);

  const forCall = (event: CallEvent, log: Log) => {
    const { metadata } = event;
    const { channelId } = metadata;
    const client = clientOf(metadata.node);
    const started = event.type === 'StasisStart' ? channelId : undefined;
    const bridges = new MadeBridges(started === undefined ? client : claimingClient(client, started));
    const { ari } = bridges;
    const concerns = <T>(value: T | undefined): T => {
      if (value === undefined) throw new TypeError(`This ${event.type} concerns no channel`);
      return value;
    };
    // By the client that claims nothing: sending the call to the dialplan of verbs claims it.
    const occasion = { event, ari: client, claiming: ari, log };
    const contextFor = (call: CollectedCall | undefined) => ({
      event,
      ari,
      log,
      late: order.isLate(metadata),
      recovered: metadata.recovered === true,
      get channel() {
        return channelHandle(ari, concerns(channelId));
      },
      get call() {
        return concerns(call);
      },
    });
    return async (): Promise<void> => {
      try {
        const decided = withOutcomes ? await goOnByEvent(occasion) : undefined;
        if (decided === 'taken') return;
        const call = channelId === undefined ? undefined : new CollectedCall(event, channelId, decided);
        const context = contextFor(call);
        for (const run of functionsFor(functions, event, decided ?? outcomeIn(event), options.onOutcome))
          await run(context);
        if (call) await carryOut(call, occasion);
      } catch (error) {
        const meanwhile = await whatHappenedMeanwhile(error, event, ari);
        if (!meanwhile) throw error;
        const { level, message, legs } = meanwhile;
        const destroyed = legs ? await bridges.destroyEmpty() : [];
        const more = { ...(legs && { legs }), ...(destroyed.length > 0 && { destroyedBridges: destroyed }) };
        log[level](message, { reason: (error as Error).message, ...more });
      }
    };
  };

  const handle: (...given: Parameters<CallHandler>) => Promise<void> = async (envelope, invocation) => {
    const news = isNews(envelope);
    const type = news ? envelope['detail-type'] : envelope.detail.type;
    if (news !== isConnectorEventType(type)) return;
    const [onNews] = news ? functionsNamed(functions, type) : [];
    if (news ? !onNews : !isConcernedBy(functions, envelope.detail)) return;
    const { metadata } = envelope.detail;
    const about = news ? {} : { call: envelope.detail.metadata.callId, channel: envelope.detail.metadata.channelId };
    const log = baseLog.with({ event: type, id: metadata.id, node: metadata.node, ...about });
    if (envelope['replay-name'] && !replays) {
      log.info('Ignored an event of a replay', { replay: envelope['replay-name'] });
      return;
    }
    const act = news
      ? async () => void (await onNews?.({ event: envelope.detail, ari: clientOf(metadata.node), log }))
      : forCall(envelope.detail, log);
    let ran = false;
    const work = async (): Promise<void> => {
      ran = true;
      await act();
    };
    try {
      const remainingMs = invocation && (() => invocation.getRemainingTimeInMillis());
      const once = () =>
        inMemory.run(metadata.id, async () => {
          if (store) await store.run(metadata.id, work, remainingMs?.());
          else await work();
        });
      await againAtOnce(async () => void (await once()), news ? [] : againAfterMs, log, remainingMs);
    } catch (error) {
      const isEnding = ENDINGS.has(type as AriEventType);
      const final = isFinal(error) || (isEnding && error instanceof AriError && error.kind === 'gone');
      if (!final || !(await becameDeadLetter(envelope, error as Error, options.deadLetter, log))) throw error;
    }
    if (!ran) log.info('Ignored an event that was handled before');
  };

  return Object.assign(handle, {
    eventTypes: types.filter((type) => !isConnectorEventType(type)) as AriEventType[],
    connectorEventTypes: types.filter(isConnectorEventType),
    conditions: conditionsOf(functions),
    outcomes: outcomesOf(functions),
    hasOnceStore: store !== undefined,
    withOptions: (changed: CallHandlerOptions) => handlerOf(functions, { ...options, ...changed }),
  });
}

function isNews(envelope: CallEventEnvelope | ConnectorEventEnvelope): envelope is ConnectorEventEnvelope {
  return envelope.source === CONNECTOR_SOURCE;
}

/** A function cannot tell Lambda not to retry an asynchronous event: it stores the event itself and succeeds. */
async function becameDeadLetter(
  envelope: CallEventEnvelope | ConnectorEventEnvelope,
  error: Error,
  given: DeadLetter | undefined,
  log: Log,
): Promise<boolean> {
  const queueUrl = process.env.DEAD_LETTERS_URL;
  const deadLetter = given ?? (queueUrl ? sqsDeadLetter(queueUrl) : undefined);
  if (!deadLetter) return false;
  try {
    await deadLetter(envelope, error);
    log.error(`Gave up on the event, which is now a dead letter: ${error.message}`, { error: error.name });
    return true;
  } catch (failure) {
    log.error(`Gave up on the event, but could not store the dead letter: ${(failure as Error).message}`, {
      error: error.name,
    });
    return false;
  }
}
