import type { ChannelHandle } from '../ari/channel.ts';
import { unlessGone } from '../ari/errors.ts';
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
 * Asterisk refuses a request line of more than 4,096 bytes: "Request line too long". The rest is for path, name and id.
 */
const MAX_ENCODED_BYTES = 3500;

/**
 * State without a database: JSON in a channel variable, which Asterisk keeps as long as the channel exists, also when it
 * moves to another app.
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
      const bytes = encodeURIComponent(value).length;
      if (bytes > MAX_ENCODED_BYTES) {
        throw new RangeError(
          `Expected the state "${name}" to take at most ${MAX_ENCODED_BYTES} bytes in a URL, got ${bytes}: store less, or use dynamoDbState`,
        );
      }
      await channel.setChannelVar({ variable, value });
    },
  };
}
