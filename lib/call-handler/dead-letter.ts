import type { CallEventEnvelope } from '../events/call-event.ts';
import type { ConnectorEventEnvelope } from '../events/connector-event.ts';

/** Stores an event that can never be handled, with its error. If storing fails, the event's error is thrown. */
export type DeadLetter = (envelope: CallEventEnvelope | ConnectorEventEnvelope, error: Error) => Promise<void>;

/**
 * Sends dead letters to an SQS queue in Lambda's own form (a destination's invocation record), so that one reader can
 * read both. The SDK is loaded when the first one is sent.
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
