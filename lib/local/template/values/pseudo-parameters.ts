import { createHash } from 'node:crypto';
import { ACCOUNT, partitionOf, REGION, urlSuffixOf } from '../aws-environment.ts';

/** A stack's name, and where it is deployed. */
interface Place {
  name: string;
  account?: string;
  region?: string;
}

/** What a pseudo parameter, such as `AWS::Region`, is in a stack; `undefined` where there is none of that name. */
export function pseudoParameter(parameter: string, stack: Place): string | string[] | undefined {
  const { name, account = ACCOUNT, region = REGION } = stack;
  switch (parameter) {
    case 'AWS::AccountId':
      return account;
    case 'AWS::NotificationARNs':
      return [];
    case 'AWS::Partition':
      return partitionOf(region);
    case 'AWS::Region':
      return region;
    case 'AWS::StackId':
      return stackIdOf(stack);
    case 'AWS::StackName':
      return name;
    case 'AWS::URLSuffix':
      return urlSuffixOf(region);
    default:
      return undefined;
  }
}

/** The ARN of a stack: what `Ref` of a nested stack gives. */
export function stackIdOf({ name, account = ACCOUNT, region = REGION }: Place): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  const uuid = hash.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `arn:${partitionOf(region)}:cloudformation:${region}:${account}:stack/${name}/${uuid}`;
}
