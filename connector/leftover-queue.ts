/** A message of the queue. */
export interface QueueMessage {
  body: string;
  /** Takes it out of the queue. A message that is not removed is given again when it is no longer hidden, to any connector. */
  remove(): Promise<void>;
  /** Hides it for so long from now on. @param seconds 0 gives it to the next connector that asks */
  hide(seconds: number): Promise<void>;
}

/** A queue that keeps the order of what one connector sends, for the events that it could not publish when it was stopped. */
export interface LeftoverQueue {
  /**
   * @param sender names the connector
   * @param number distinguishes the message from others of the sender
   */
  sendInOrder(body: string, sender: string, number: number): Promise<void>;
  /** The next message, hidden from other connectors for so many seconds; undefined where there is none now. */
  receive(hiddenSeconds: number): Promise<QueueMessage | undefined>;
}
