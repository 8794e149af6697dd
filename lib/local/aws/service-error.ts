/** An error of AWS's protocols: `{"__type":…,"message":…}`. */
export class ServiceError extends Error {
  readonly type: string;
  /** Of the REST protocol; in the JSON protocol it is always 400. */
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** The error for a request whose JSON does not match the operation's shape. */
export function shapeError(): ServiceError {
  return new ServiceError('SerializationException', "The request does not match the operation's input shape.");
}

/** A required string of the request. */
export function required(input: Record<string, unknown>, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  if (value !== undefined && value !== null && typeof value !== 'string') throw shapeError();
  const member = `${name[0]?.toLowerCase()}${name.slice(1)}`;
  throw new ServiceError(
    'ValidationException',
    value === ''
      ? `1 validation error detected: Value '' at '${member}' failed to satisfy constraint: Member must have length greater than or equal to 1`
      : `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}
