import { createHash, randomUUID } from 'node:crypto';
import type { LocalQueue } from '../template/index.ts';
import { ServiceError } from './service-error.ts';

/** A message in a queue. */
export interface QueuedMessage {
  messageId: string;
  body: string;
  /** Message attributes of type String. */
  attributes: Record<string, string>;
  sentAt: Date;
  receiveCount: number;
  /** Of a FIFO queue: messages of a group are received one after the other. */
  fifo?: { groupId: string; deduplicationId: string; sequenceNumber: string };
}

/** How a message is sent to a FIFO queue. */
export interface FifoOptions {
  groupId?: string | undefined;
  /** @default the hash of the body, where the queue has content-based deduplication */
  deduplicationId?: string | undefined;
}

interface Held extends QueuedMessage {
  visibleAt: number;
  receiptHandle?: string;
}

/** A queue with more messages drops its oldest: on a development machine they are often never received. */
const MAX_MESSAGES = 10_000;
/** A FIFO queue accepts a message with the same deduplication id, and does not deliver it, for this long. */
const DEDUPLICATION_MS = 300_000;

interface QueueState {
  queue: LocalQueue;
  messages: Held[];
  arrivals: Set<() => void>;
  /** Messages of the last five minutes, by deduplication id. */
  recent: Map<string, QueuedMessage>;
  sequence: number;
}

/** The queues of the templates, in memory. */
export class Queues {
  readonly #onMessage: (queue: LocalQueue, message: QueuedMessage) => void;
  readonly #queues = new Map<string, QueueState>();

  /** @param onMessage called when a message has been sent */
  constructor(onMessage: (queue: LocalQueue, message: QueuedMessage) => void = () => {}) {
    this.#onMessage = onMessage;
  }

  /** Replaces the set of queues; queues in both sets keep their messages. */
  apply(queues: readonly LocalQueue[]): void {
    const before = new Map(this.#queues);
    this.#queues.clear();
    for (const queue of queues) {
      const empty = { messages: [], arrivals: new Set<() => void>(), recent: new Map(), sequence: 0 };
      this.#queues.set(queue.arn, { ...empty, ...before.get(queue.arn), queue });
    }
  }

  find(arnOrUrl: string): LocalQueue | undefined {
    const path = URL.canParse(arnOrUrl) && arnOrUrl.startsWith('http') ? new URL(arnOrUrl).pathname : undefined;
    if (path === undefined) return this.#queues.get(arnOrUrl)?.queue;
    return [...this.#queues.values()].find(({ queue }) => new URL(queue.url).pathname === path)?.queue;
  }

  named(name: string): LocalQueue | undefined {
    return [...this.#queues.values()].find(({ queue }) => queue.name === name)?.queue;
  }

  /** The messages of a queue, oldest first, including those in flight. */
  messages(arn: string): readonly QueuedMessage[] {
    return this.#queues.get(arn)?.messages ?? [];
  }

  /**
   * @returns the message; of a FIFO queue the earlier one with the same deduplication id, if there is one
   * @throws ServiceError where a FIFO queue refuses it
   */
  send(
    { arn }: LocalQueue,
    body: string,
    attributes: Record<string, string> = {},
    options: FifoOptions = {},
  ): QueuedMessage {
    const held = this.#queues.get(arn);
    if (!held) throw new Error(`No queue ${arn}`);
    const fifo = fifoOf(held, body, options);
    const earlier = fifo && held.recent.get(fifo.deduplicationId);
    if (earlier && Date.now() - earlier.sentAt.getTime() < DEDUPLICATION_MS) return earlier;
    const message: Held = {
      ...{ messageId: randomUUID(), body, attributes, sentAt: new Date(), receiveCount: 0, visibleAt: 0 },
      ...(fifo && { fifo }),
    };
    if (fifo) {
      for (const [id, { sentAt }] of held.recent) {
        if (Date.now() - sentAt.getTime() >= DEDUPLICATION_MS) held.recent.delete(id);
      }
      held.sequence += 1;
      held.recent.set(fifo.deduplicationId, message);
    }
    held.messages.push(message);
    if (held.messages.length > MAX_MESSAGES) held.messages.shift();
    for (const wake of held.arrivals) wake();
    this.#onMessage(held.queue, message);
    return message;
  }

  /** Receives up to `limit` messages, which are invisible to other receivers until the visibility timeout is over. */
  receive({ arn, visibilityTimeoutSeconds }: LocalQueue, limit: number, visibilitySeconds?: number) {
    const now = Date.now();
    const messages = this.#queues.get(arn)?.messages ?? [];
    // A group waits until its messages in flight are deleted, or visible again.
    const busy = new Set(messages.flatMap(({ visibleAt, fifo }) => (fifo && visibleAt > now ? [fifo.groupId] : [])));
    const visible = messages.filter(({ visibleAt, fifo }) => visibleAt <= now && !(fifo && busy.has(fifo.groupId)));
    return visible.slice(0, limit).map((message) => {
      message.visibleAt = now + (visibilitySeconds ?? visibilityTimeoutSeconds) * 1000;
      message.receiveCount += 1;
      const receiptHandle = randomUUID();
      message.receiptHandle = receiptHandle;
      return { ...message, receiptHandle };
    });
  }

  /** Resolves when a message arrives, and after `ms` at the latest. */
  async arrival({ arn }: LocalQueue, ms: number): Promise<void> {
    const held = this.#queues.get(arn);
    if (!held) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        held.arrivals.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      held.arrivals.add(wake);
    });
  }

  /** @returns whether the receipt handle was one of the queue's */
  delete({ arn }: LocalQueue, receiptHandle: string): boolean {
    const messages = this.#queues.get(arn)?.messages ?? [];
    const at = messages.findIndex((message) => message.receiptHandle === receiptHandle);
    if (at >= 0) messages.splice(at, 1);
    return at >= 0;
  }

  /** Hides a received message for so long from now on. @returns whether the receipt handle was one of the queue's */
  hide({ arn }: LocalQueue, receiptHandle: string, seconds: number): boolean {
    const held = this.#queues.get(arn);
    const message = held?.messages.find((one) => one.receiptHandle === receiptHandle);
    if (!held || !message) return false;
    message.visibleAt = Date.now() + seconds * 1000;
    if (seconds === 0) for (const wake of held.arrivals) wake();
    return true;
  }

  purge({ arn }: LocalQueue): void {
    this.#queues.get(arn)?.messages.splice(0);
  }

  /** How many messages can be received, and how many are in flight. */
  counts({ arn }: LocalQueue): { visible: number; inFlight: number } {
    const messages = this.#queues.get(arn)?.messages ?? [];
    const inFlight = messages.filter(({ visibleAt }) => visibleAt > Date.now()).length;
    return { visible: messages.length - inFlight, inFlight };
  }
}

/** @throws ServiceError with SQS's own messages */
function fifoOf(
  { queue, sequence }: QueueState,
  body: string,
  { groupId, deduplicationId }: FifoOptions,
): Held['fifo'] {
  if (!queue.fifo) return undefined;
  if (!groupId) {
    throw new ServiceError(
      'com.amazonaws.sqs#MissingParameter',
      'The request must contain the parameter MessageGroupId.',
    );
  }
  const own = queue.fifo.contentBasedDeduplication ? createHash('sha256').update(body).digest('hex') : undefined;
  const id = deduplicationId ?? own;
  if (!id) {
    throw new ServiceError(
      'com.amazonaws.sqs#InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  return { groupId, deduplicationId: id, sequenceNumber: String(sequence + 1).padStart(20, '0') };
}

/** SQS returns this digest with each message, and its clients check it. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** MD5 of message attributes of type String (SQS Developer Guide, "Calculating the MD5 message digest"). */
export function attributesMd5(attributes: Readonly<Record<string, string>>): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (text: string): void => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    add(name);
    add('String');
    hash.update(Buffer.of(1));
    add(attributes[name] ?? '');
  }
  return hash.digest('hex');
}
