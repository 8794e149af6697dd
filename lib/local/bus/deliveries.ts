import { AwsAge, type AwsWaits } from '../aws/index.ts';
import type { LocalRule, LocalTarget } from '../template/index.ts';
import { type BusEvent, textOf } from './bus-event.ts';
import { targetInput } from './target-input.ts';

/** EventBridge retries for 24 hours and up to 185 times, unless the target's retry policy says otherwise. */
const DEFAULT_MAX_AGE_SECONDS = 86_400;
const DEFAULT_MAX_ATTEMPTS = 185;
/** The wait doubles up to this limit, so that 185 attempts take about 24 hours. */
const MAX_WAIT_MS = 480_000;

/** An event on its way to one target of one rule. */
export interface Delivery {
  event: BusEvent;
  rule: LocalRule;
  target: LocalTarget;
  ingested: Date;
  /** X-Ray's header. */
  traceId: string;
  /** How many times it was forwarded from bus to bus: EventBridge forwards an event once. */
  hops: number;
}

/** Why a target did not accept an event. */
export interface DeliveryFault {
  /** `ERROR_CODE` of the dead letter. */
  code: string;
  message: string;
  /** Whether a retry can succeed. @default false */
  retriable?: boolean;
}

export interface DeliveryTargets {
  /**
   * Sends the event to the target.
   *
   * @param input what the target receives, as text: the event's JSON, or what the rule makes from it
   */
  send(delivery: Delivery, input: string): DeliveryFault | undefined;
  deadLetter(queueArn: string, body: string, attributes: Record<string, string>): void;
  /** The event is lost: delivery failed, and there is no dead-letter queue. */
  onDropped(delivery: Delivery, fault: DeliveryFault): void;
}

/** Delivers events to targets with the rule's input, retries failures, and in the end sends to the dead-letter queue. */
export class Deliveries {
  readonly #waits: AwsWaits;
  readonly #targets: DeliveryTargets;

  constructor(waits: AwsWaits, targets: DeliveryTargets) {
    this.#waits = waits;
    this.#targets = targets;
  }

  deliver(delivery: Delivery): void {
    this.#try(delivery, new AwsAge(), 0);
  }

  #try(delivery: Delivery, age: AwsAge, retries: number): void {
    const fault = this.#attempt(delivery);
    if (!fault) return;
    const { retryPolicy = {} } = delivery.target;
    const { maxEventAgeSeconds = DEFAULT_MAX_AGE_SECONDS, maxRetryAttempts = DEFAULT_MAX_ATTEMPTS } = retryPolicy;
    const wait = Math.min(MAX_WAIT_MS, 1000 * 2 ** retries) * (0.5 + Math.random() / 2);
    if (!fault.retriable) this.#giveUp(delivery, fault, retries);
    else if (retries >= maxRetryAttempts) this.#giveUp(delivery, fault, retries, 'MaximumRetryAttempts');
    else if (age.ms + wait > maxEventAgeSeconds * 1000) {
      this.#giveUp(delivery, fault, retries, 'MaximumEventAgeInSeconds');
    } else {
      age.waited(wait, this.#waits.here(wait));
      this.#waits.after(wait, () => this.#try(delivery, age, retries + 1));
    }
  }

  #attempt(delivery: Delivery): DeliveryFault | undefined {
    const { event, rule, target, ingested } = delivery;
    if (target.forbidden) {
      return {
        code: 'NO_PERMISSIONS',
        message: `No AWS::Lambda::Permission lets EventBridge invoke ${target.arn} for the rule ${rule.name}.`,
      };
    }
    return this.#targets.send(delivery, targetInput(target.input, event, rule, ingested));
  }

  #giveUp(delivery: Delivery, fault: DeliveryFault, retries: number, exhausted?: string): void {
    const { event, rule, target } = delivery;
    if (target.deadLetterArn === undefined) {
      this.#targets.onDropped(delivery, fault);
      return;
    }
    this.#targets.deadLetter(target.deadLetterArn, textOf(event), {
      RULE_ARN: rule.arn,
      TARGET_ARN: target.arn,
      ERROR_CODE: fault.code,
      ERROR_MESSAGE: fault.message,
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
      RETRY_ATTEMPTS: String(retries),
    });
  }
}
