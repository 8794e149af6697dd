import { AwsError } from '../aws/errors.ts';
import { type AwsRequests, textOf, textsOf } from '../aws/requests.ts';

/** A secret as Secrets Manager describes it. */
export interface DescribedSecret {
  arn: string;
  /** Whether it was deleted and is in its recovery window. */
  deleted: boolean;
  /** The stack that made it, which may have left it behind. */
  stack: string | undefined;
}

/** What is read of an account, and nothing is changed. Each method throws `AwsError` where AWS refuses. */
export class Account {
  readonly #requests: AwsRequests;

  constructor(requests: AwsRequests) {
    this.#requests = requests;
  }

  async identity(): Promise<{ account: string; arn: string }> {
    const xml = await this.#requests.query('sts', 'GetCallerIdentity');
    return { account: textOf(xml, 'Account') ?? '', arn: textOf(xml, 'Arn') ?? '' };
  }

  /** The status and the outputs of a stack; `undefined` where there is none. */
  async stack(name: string): Promise<{ status: string; outputs: Map<string, string> } | undefined> {
    try {
      const xml = await this.#requests.query('cloudformation', 'DescribeStacks', { StackName: name });
      const [keys, values] = [textsOf(xml, 'OutputKey'), textsOf(xml, 'OutputValue')];
      const outputs = new Map(keys.map((key, index) => [key, values[index] ?? '']));
      return { status: textOf(xml, 'StackStatus') ?? '', outputs };
    } catch (error) {
      if (error instanceof AwsError && /does not exist/.test(error.message)) return undefined;
      throw error;
    }
  }

  /** Lambda's concurrency: the account's quota, and what of it no function has reserved. */
  async concurrency(): Promise<{ quota: number; unreserved: number }> {
    const { AccountLimit } = (await this.#requests.get('lambda', '/2016-08-19/account-settings/')) as {
      AccountLimit?: { ConcurrentExecutions?: number; UnreservedConcurrentExecutions?: number };
    };
    const quota = AccountLimit?.ConcurrentExecutions ?? 0;
    return { quota, unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? quota };
  }

  async hasRole(name: string): Promise<boolean> {
    try {
      await this.#requests.query('iam', 'GetRole', { RoleName: name });
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.code === 'NoSuchEntity') return false;
      throw error;
    }
  }

  /** Names of the resource policies of CloudWatch Logs. */
  async logPolicies(): Promise<string[]> {
    const { resourcePolicies = [] } = (await this.#requests.json(
      'logs',
      'Logs_20140328.DescribeResourcePolicies',
      {},
    )) as { resourcePolicies?: { policyName: string }[] };
    return resourcePolicies.map(({ policyName }) => policyName);
  }

  async addresses(): Promise<number> {
    return textsOf(await this.#requests.query('ec2', 'DescribeAddresses'), 'publicIp').length;
  }

  async vpcs(): Promise<number> {
    const ids = textsOf(await this.#requests.query('ec2', 'DescribeVpcs'), 'vpcId');
    return new Set(ids).size;
  }

  async quota(service: string, code: string): Promise<number> {
    const { Quota } = (await this.#requests.json('servicequotas', 'ServiceQuotasV20190624.GetServiceQuota', {
      ServiceCode: service,
      QuotaCode: code,
    })) as { Quota?: { Value?: number } };
    if (typeof Quota?.Value !== 'number') throw new AwsError('NoValue', `the quota ${code} has no value`);
    return Quota.Value;
  }

  async hasRegistry(name: string): Promise<boolean> {
    try {
      await this.#requests.get('schemas', `/v1/registries/name/${encodeURIComponent(name)}`);
      return true;
    } catch (error) {
      if (error instanceof AwsError && /NotFound|404/.test(error.code)) return false;
      throw error;
    }
  }

  /** Whether a stack has this resource. One that was retained still has the tags of its former stack. */
  async isInStack(physicalId: string): Promise<boolean> {
    try {
      await this.#requests.query('cloudformation', 'DescribeStackResources', { PhysicalResourceId: physicalId });
      return true;
    } catch (error) {
      if (error instanceof AwsError && /does not exist/.test(error.message)) return false;
      throw error;
    }
  }

  /** `undefined` where there is no secret of this name or ARN. */
  async secret(id: string): Promise<DescribedSecret | undefined> {
    try {
      const described = (await this.#requests.json('secretsmanager', 'secretsmanager.DescribeSecret', {
        SecretId: id,
      })) as { ARN?: string; DeletedDate?: number; Tags?: { Key: string; Value: string }[] };
      const stack = described.Tags?.find(({ Key }) => Key === 'aws:cloudformation:stack-name')?.Value;
      return { arn: described.ARN ?? id, deleted: described.DeletedDate !== undefined, stack };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }
}
