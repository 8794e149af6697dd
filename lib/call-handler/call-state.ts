import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';
import { MAX_BODY_BYTES } from '../ari/request.ts';
import type { CallEvent } from '../events/call-event.ts';

/** The channel that the state belongs to; a call handler's `CallContext` is one. */
export interface StateOwner {
  channel: ChannelHandle;
  event: CallEvent;
}

/** A value for each call, the same for all its events in all Lambda environments. The last write wins. */
export interface CallState<T> {
  /** The value, `undefined` where none was set or the call is over. */
  get(owner: StateOwner): Promise<T | undefined>;
  set(owner: StateOwner, value: T): Promise<void>;
}

/**
 * State without a database: JSON in a channel variable, which Asterisk keeps as long as the channel exists, also when it
 * moves to another app. The request that sets it holds at most 40,960 bytes, in which each quote counts twice.
 *
 * Asterisk runs a channel's commands in turn: during a playback, `set` waits for the playback's end. Set before you
 * play, or stop the playback, or keep the state in DynamoDB (`dynamoDbState`).
 *
 * @param name names the state on its channel; letters, digits and `_`
 * @example
 * const attempts = channelState<{ wrong: number }>('pin');
 *
 * export const handler = callHandler({
 *   ChannelDtmfReceived: async ({ event, channel }) => {
 *     const { wrong } = (await attempts.get({ event, channel })) ?? { wrong: 0 };
 *     await attempts.set({ event, channel }, { wrong: wrong + 1 });
 *   },
 * });
 */
export function channelState<T>(name: string): CallState<T> {
  if (!/^\w{1,40}$/.test(name)) {
    throw new TypeError(
      `Expected the name of a state to be 1 to 40 letters, digits or "_", got ${JSON.stringify(name)}`,
    );
  }
  const variable = `STATE_${name}`;
  return {
    async get({ channel }) {
      const found = await unlessGone(channel.getChannelVar({ variable }));
      return found?.value ? (JSON.parse(found.value) as T) : undefined;
    },
    async set({ channel }, state) {
      const value = JSON.stringify(state);
      const bytes = Buffer.byteLength(JSON.stringify({ variable, value }));
      if (bytes > MAX_BODY_BYTES) {
        throw new RangeError(
          `Expected the state "${name}" to take at most ${MAX_BODY_BYTES} bytes in a request, got ${bytes}: store less, or use dynamoDbState`,
        );
      }
      await channel.setChannelVar({ variable, value });
    },
  };
}
