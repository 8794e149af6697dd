import { parseJson } from '../../json.ts';
import type { Finding } from './finding.ts';
import type { DoctorRequest, DoctorResponse } from './lambda.ts';

/**
 * Examines a node from the deployed function.
 *
 * @param functionName name or ARN of the function whose code is `lambda.ts`
 * @throws when it cannot be invoked, fails, or returns anything but findings
 */
export async function examineFromLambda(
  functionName: string,
  request: DoctorRequest,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const { LambdaClient, InvokeCommand } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({});
  try {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
    const { Payload, FunctionError } = await client.send(command, signal ? { abortSignal: signal } : {});
    const text = Buffer.from(Payload ?? []).toString('utf8');
    const answer = parseJson(text) as (Partial<DoctorResponse> & { errorMessage?: string }) | null | undefined;
    if (FunctionError !== undefined) {
      throw new Error(
        `the function ${functionName} failed (${FunctionError}): ${answer?.errorMessage ?? text.slice(0, 200)}`,
      );
    }
    if (!Array.isArray(answer?.findings)) {
      throw new Error(
        `expected {"findings":[…]} from the function ${functionName}, got ${text.slice(0, 80) || 'nothing'}; check that --function names the doctor's function`,
      );
    }
    return answer.findings;
  } finally {
    client.destroy();
  }
}
