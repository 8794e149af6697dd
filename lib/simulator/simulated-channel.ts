import type { Channel } from '../ari/generated/model.ts';
import { TaskQueue } from './task-queue.ts';

/** A channel and what Asterisk keeps of it. */
export class SimulatedChannel {
  snapshot: Channel;
  /** The Stasis application that holds it. */
  app: string | undefined;
  /** Other apps that receive its events: those that called it, those that subscribed to it. */
  readonly followers = new Set<string>();
  readonly variables = new Map<string, string>();
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
