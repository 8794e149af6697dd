/** AWS refused a request, or could not be asked. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** AWS's code, such as `AccessDeniedException`; where it gave none, what stands for it: `HTTP status 503`, `ECONNREFUSED`. */
  readonly code: string;

  /** @param prefix what was asked for, such as `Secret pbx-1: ` */
  constructor(code: string, message: string | undefined, prefix = '') {
    super(`${prefix}${code}: ${message || 'no error message returned'}`);
    this.code = code;
  }
}

/** `ThrottlingException`, out of `{"__type":"com.amazon…#ThrottlingException"}`; empty where there is none. */
export function errorCode(body: Record<string, unknown> | undefined): string {
  return String(body?.__type ?? '').replace(/^.*#/, '');
}

/** The error that an answer of AWS's JSON protocol with another status than 200 stands for. */
export function refusalOf({ status, body }: { status: number; body: Record<string, unknown> | undefined }): AwsError {
  const message = body?.message ?? body?.Message;
  return new AwsError(errorCode(body) || `HTTP status ${status}`, message === undefined ? undefined : String(message));
}

/** Whether a code says that the credentials have expired, so that the next request needs new ones. */
export function meansExpiredCredentials(code: string): boolean {
  return /ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId/.test(code);
}

/** Whether a code says, or may say, that this machine's clock differs from AWS's. */
export function meansClockSkew(code: string): boolean {
  return /RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|InvalidSignature|SignatureDoesNotMatch/.test(code);
}
