/** The errors of Lambda's durable API that the engine gives, with their HTTP status. */
const STATUS = {
  InvalidParameterValueException: 400,
  CallbackTimeoutException: 400,
  ResourceNotFoundException: 404,
  DurableExecutionAlreadyStartedException: 409,
} as const;

/** An error of the durable API. `name` and `$metadata` are as the AWS SDK reports it, so that the durable SDK reads it. */
export class DurableApiError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  /** @param name AWS's name of the error */
  constructor(name: keyof typeof STATUS, message: string) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: STATUS[name] };
  }
}

/** One of the parameters of a request is not valid. */
export function invalid(message: string): DurableApiError {
  return new DurableApiError('InvalidParameterValueException', message);
}
