/** A request of AWS's REST protocol, whose caller is known. */
export interface RestRequest {
  method: string;
  /** As it came: percent-encoded. */
  path: string;
  query: URLSearchParams;
  /** By lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
}

export interface RestAnswer {
  status: number;
  headers?: Record<string, string>;
  /** The body. @default none */
  text?: string | undefined;
}

/** A service of AWS's REST protocol. */
export interface RestService {
  /** What its paths begin with. */
  paths: readonly string[];
  /** @returns nothing where the operation is not served. @throws an error with AWS's code and HTTP status */
  serve(request: RestRequest): RestAnswer | Promise<RestAnswer> | undefined;
}

/** The code and HTTP status of an error that a service threw. */
export function restErrorOf(error: unknown): { code: string; status: number; message: string } {
  const { type, status, name, $metadata, message } = error as Partial<RestFault>;
  if (type !== undefined && status !== undefined) return { code: type, status, message: message ?? '' };
  const httpStatus = $metadata?.httpStatusCode;
  if (httpStatus !== undefined) return { code: name ?? 'ServiceException', status: httpStatus, message: message ?? '' };
  return { code: 'ServiceException', status: 500, message: String(error) };
}

/** A `ServiceError`, or an error as the AWS SDK reports it. */
interface RestFault {
  type: string;
  status: number;
  name: string;
  message: string;
  $metadata: { httpStatusCode: number };
}
