/** A refusal as ARI gives it. */
export class Refusal extends Error {
  readonly status: number;
  /** By what name the answer's body has the message. */
  readonly field: 'message' | 'error';

  constructor(status: number, message: string, field: Refusal['field'] = 'message') {
    super(message);
    this.status = status;
    this.field = field;
  }

  get body(): object {
    return { [this.field]: this.message };
  }
}

/** A command that Asterisk has and the simulator does not: the test or the local system cannot go on with it. */
export class UnsupportedOperationError extends Error {
  override readonly name = 'UnsupportedOperationError';
  readonly operation: string;

  constructor(operation: string) {
    super(`The simulated Asterisk does not support ${operation}: test this call on a real Asterisk`);
    this.operation = operation;
  }
}

export const channelNotFound = (): Refusal => new Refusal(404, 'Channel not found');
export const notInStasis = (status = 409): Refusal => new Refusal(status, 'Channel not in Stasis application');
export const allocationFailed = (): Refusal => new Refusal(500, 'Allocation failed', 'error');
