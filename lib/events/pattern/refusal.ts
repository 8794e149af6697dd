/** Why a pattern, or an event, is not taken. Becomes an exception that users see where it leaves this folder. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** Whether there is no second reading of the pattern with `$or` as an ordinary field; see parse-pattern.ts. */
  readonly isFinal: boolean;

  constructor(reason: string, isFinal = false) {
    super(reason);
    this.isFinal = isFinal;
  }
}

/** The pattern is not one that EventBridge takes. Final: it has to be written otherwise. */
export class InvalidEventPatternException extends Error {
  override name = 'InvalidEventPatternException';
  /** What follows `Reason: ` in the message. */
  readonly reason: string;

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
    this.reason = reason;
  }
}

/** The event is not one that can be matched: no JSON object, nested too deeply, or too large to decide. Final. */
export class InvalidEventException extends Error {
  override name = 'InvalidEventException';
  /** What follows `Reason: ` in the message. */
  readonly reason: string;

  constructor(reason: string) {
    super(`Event is not valid. Reason: ${reason}`);
    this.reason = reason;
  }
}
