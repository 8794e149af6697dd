import type { ServiceAnswer } from './event-bridge.ts';
import type { VirtualClock } from './virtual-clock.ts';

interface Message {
  body: string;
  group: string;
  /** Until then no other connector receives it. */
  hiddenUntil: number;
  handle: string;
}

interface Parameters {
  MessageBody?: string;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
  VisibilityTimeout?: number;
  ReceiptHandle?: string;
}

/** A FIFO queue of SQS: within a group, a message waits for the one before it. */
export class SqsService {
  readonly #clock: VirtualClock;
  readonly #seen = new Set<string>();
  #messages: Message[] = [];
  #handles = 0;
  /** It answers 500. */
  fails = false;
  /** It carries requests out, and its answers are lost. */
  losesAnswers = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Messages that no connector has removed. */
  get waiting(): number {
    return this.#messages.length;
  }

  call(target: string, body: string): ServiceAnswer {
    const answer = this.#carryOut(target, body);
    return this.losesAnswers ? { ...answer, lost: 'reset' } : answer;
  }

  #carryOut(target: string, body: string): ServiceAnswer {
    if (this.fails) return { status: 500, body: { __type: 'InternalFailure', message: 'internal failure' } };
    const parameters = JSON.parse(body) as Parameters;
    if (target.endsWith('SendMessage')) return this.#send(parameters);
    if (target.endsWith('ReceiveMessage')) return this.#receive(parameters);
    const message = this.#messages.find(({ handle }) => handle === parameters.ReceiptHandle);
    if (!message || message.hiddenUntil <= this.#clock.time) {
      const expired = 'Value for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.';
      return { status: 400, body: { __type: 'InvalidParameterValue', message: expired } };
    }
    if (target.endsWith('ChangeMessageVisibility')) {
      message.hiddenUntil = this.#clock.time + (parameters.VisibilityTimeout ?? 0) * 1000;
    } else this.#messages.splice(this.#messages.indexOf(message), 1);
    return { status: 200, body: {} };
  }

  #send({ MessageBody = '', MessageGroupId = '', MessageDeduplicationId }: Parameters): ServiceAnswer {
    const isNew = MessageDeduplicationId === undefined || !this.#seen.has(MessageDeduplicationId);
    if (MessageDeduplicationId !== undefined) this.#seen.add(MessageDeduplicationId);
    if (isNew) this.#messages.push({ body: MessageBody, group: MessageGroupId, hiddenUntil: 0, handle: '' });
    return { status: 200, body: { MessageId: 'id' } };
  }

  #receive({ VisibilityTimeout = 30 }: Parameters): ServiceAnswer {
    const { time } = this.#clock;
    const blocked = new Set(this.#messages.filter(({ hiddenUntil }) => hiddenUntil > time).map(({ group }) => group));
    const message = this.#messages.find(({ group }) => !blocked.has(group));
    if (!message) return { status: 200, body: {} };
    this.#handles += 1;
    message.handle = `handle-${this.#handles}`;
    message.hiddenUntil = time + VisibilityTimeout * 1000;
    return { status: 200, body: { Messages: [{ Body: message.body, ReceiptHandle: message.handle }] } };
  }
}
