/** A message of the queue. */
export interface QueueMessage {
  body: string;
  /** Takes it out of the queue. A message that is not removed is given again later, to any connector. */
  remove(): Promise<void>;
}

/** A queue that keeps the order of what one connector sends, for the events that it could not publish when it was stopped. */
export interface LeftoverQueue {
  /**
   * @param sender names the connector
   * @param number distinguishes the message from others of the sender
   */
  sendInOrder(body: string, sender: string, number: number): Promise<void>;
  /** The next message; undefined where there is none now. */
  receive(): Promise<QueueMessage | undefined>;
}
