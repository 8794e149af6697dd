import type { CallEventEnvelope } from '../events/call-event.ts';

/** Takes an event that can never be handled, and why. Where it fails, the event's error is thrown in its place. */
export type DeadLetter = (envelope: CallEventEnvelope, error: Error) => Promise<void>;

/**
 * Sends dead letters to an SQS queue in the form that Lambda itself uses for what it has given up (a destination's
 * invocation record), so that one reader reads both. The SDK is loaded when there is something to send.
 *
 * @param queueUrl the function's own dead-letter queue, `DEAD_LETTERS_URL` as the CDK app sets it
 */
export function sqsDeadLetter(queueUrl: string): DeadLetter {
  return async (envelope, error) => {
    const { SQSClient, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const record = {
      version: '1.0',
      timestamp: new Date().toISOString(),
      requestContext: { functionArn: process.env.AWS_LAMBDA_FUNCTION_NAME, condition: 'GaveUp' },
      requestPayload: envelope,
      responsePayload: { errorType: error.name, errorMessage: error.message },
    };
    await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(record) }));
  };
}
