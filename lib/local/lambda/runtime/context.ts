import { BEFORE_24 } from './generation.ts';
import type { Invocation } from './messages.ts';

const { env } = process;

/** Which function runs, in the context of every runtime. */
export function functionFields(): object {
  const functionName = env.AWS_LAMBDA_FUNCTION_NAME;
  const functionVersion = env.AWS_LAMBDA_FUNCTION_VERSION;
  return {
    ...(BEFORE_24 ? { functionVersion, functionName } : { functionName, functionVersion }),
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

/** What is known of the invocation, in the context of every runtime. Client context and identity are never given. */
export function invocationFields({ requestId, functionArn, deadline }: Invocation): object {
  return {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: functionArn,
    awsRequestId: requestId,
    tenantId: undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** Sets the variable that X-Ray's clients read. */
export function setTraceId(traceId: string): void {
  if (traceId) env._X_AMZN_TRACE_ID = traceId;
  else delete env._X_AMZN_TRACE_ID;
}
