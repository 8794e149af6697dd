import { createHash } from 'node:crypto';
import { partitionOf } from '../aws-environment.ts';

/** The ARN of a stack: `AWS::StackId`. */
export function stackIdOf(stackName: string, account: string, region: string): string {
  const hash = createHash('sha256').update(stackName).digest('hex').slice(0, 32);
  const uuid = hash.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/${stackName}/${uuid}`;
}
