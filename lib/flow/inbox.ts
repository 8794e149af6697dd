import type { Fact, FactKey, Leg } from './fact.ts';

/** A flow that waits: its open callback, and what for. */
export interface Wait {
  /** The callback's id in Lambda's API. */
  callback: string;
  keys: readonly FactKey[];
}

/**
 * What happened to a call leg and its flow has not read yet, and who waits for it. Facts and waits of a leg are in one item,
 * and each change of it is atomic. So either a fact is there before the wait, and `wait` returns it; or the wait is there
 * before the fact, and `append` returns its callback. No wake-up is lost between the two.
 */
export interface Inbox {
  /**
   * Stores a fact, unless there is one of its key.
   *
   * @returns the fact that counts for the key, and the callbacks that wait for it
   */
  append(leg: Leg, fact: Fact): Promise<{ fact: Fact; callbacks: string[] }>;
  /**
   * Registers the wait of an execution, in place of the one before, unless there is a fact that it would wait for.
   *
   * @param execution the execution's name
   * @param read keys of facts that were read and can be removed
   * @returns the facts of its keys that are there; none where the wait is registered
   */
  wait(leg: Leg, execution: string, wait: Wait, read: readonly FactKey[]): Promise<Fact[]>;
  /** The facts of some keys that are there. */
  look(leg: Leg, keys: readonly FactKey[]): Promise<Fact[]>;
}
