import type { ChannelHandle } from '../ari/channel.ts';
import type { AriClient } from '../ari/client.ts';
import type { Log } from '../log.ts';

/** What a step of a flow is given. */
export interface StepContext {
  /** All of ARI on the call's node. The first command that acts claims the call. */
  ari: AriClient;
  /** The call's channel. */
  channel: ChannelHandle;
  /** The same at every attempt of this step, and no other step's: for ids of channels, playbacks and requests that it makes. */
  id: string;
  /** 1 at the first attempt. */
  attempt: number;
  log: Log;
}

export interface StepOptions {
  /** How often it is tried, with 1, 2, 4 … seconds between. An error that is final (`GiveUp`) is not. @default 3 */
  attempts?: number;
}
