import type { LocalQueue } from './deployment.ts';
import type { TemplatePart } from './template-part.ts';
import { isTrue } from './values/resource-values.ts';

/**
 * A queue, with the defaults of CloudFormation.
 *
 * @throws for a FIFO queue with a name that SQS refuses
 */
export function readQueue(part: TemplatePart): LocalQueue {
  const isFifo = isTrue(part.property('FifoQueue'));
  const { name } = part;
  if (isFifo !== name.endsWith('.fifo')) {
    throw new Error(`Queue ${part.title}: expected a name with .fifo at its end for a FIFO queue only, got ${name}`);
  }
  return {
    arn: part.arn,
    name,
    title: part.title,
    url: part.ref,
    visibilityTimeoutSeconds: Number(part.property('VisibilityTimeout') ?? 30),
    fifo: isFifo ? { contentBasedDeduplication: isTrue(part.property('ContentBasedDeduplication')) } : undefined,
  };
}
