/** A refusal as AWS's JSON protocol gives it: HTTP 400, `{"__type":…,"message":…}`. */
export class ServiceError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** A request whose JSON has another shape than the operation's. */
export function shapeError(): ServiceError {
  return new ServiceError('SerializationException', 'The request has another shape than the operation takes.');
}

/** A text that has to be there. */
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
