/** Why a pattern, or an event, is refused. At the edge of this folder it becomes an exception for users. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** Whether there is no second reading of the pattern with `$or` as an ordinary field; see parse-pattern.ts. */
  readonly isFinal: boolean;

  constructor(reason: string, isFinal = false) {
    super(reason);
    this.isFinal = isFinal;
  }
}

/** EventBridge does not accept the pattern. Final: the pattern has to be changed. */
export class InvalidEventPatternException extends Error {
  override name = 'InvalidEventPatternException';
  /** What follows `Reason: ` in the message. */
  readonly reason: string;

  constructor(reason: string) {
    super(`Event pattern is not valid. Reason: ${reason}`);
    this.reason = reason;
  }
}

/** The event cannot be matched: not a JSON object, nested too deeply, or too large to decide. Final. */
export class InvalidEventException extends Error {
  override name = 'InvalidEventException';
  /** What follows `Reason: ` in the message. */
  readonly reason: string;

  constructor(reason: string) {
    super(`Event is not valid. Reason: ${reason}`);
    this.reason = reason;
  }
}
