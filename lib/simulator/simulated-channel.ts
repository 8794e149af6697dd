import type { Channel } from '../ari/generated/model.ts';
import { TaskQueue } from './task-queue.ts';

/** A channel and what Asterisk keeps of it. */
export class SimulatedChannel {
  snapshot: Channel;
  /** The Stasis application that holds it. */
  app: string | undefined;
  /** Apps that are told of it besides: those that had it called, those that subscribed to it. */
  readonly followers = new Set<string>();
  readonly variables = new Map<string, string>();
  /** SIP headers that it came with, by name in small letters. */
  readonly headers = new Map<string, string>();
  readonly queue = new TaskQueue();
  bridge: string | undefined;
  /** The other half of a Local channel. */
  peer: SimulatedChannel | undefined;
  /** What is left of its extension's applications. */
  steps: string[] = [];
  /** Channels that listen in. */
  readonly snoops: SimulatedChannel[] = [];

  constructor(snapshot: Channel) {
    this.snapshot = snapshot;
  }

  audience(): string[] {
    return [...(this.app === undefined ? [] : [this.app]), ...this.followers];
  }
}
