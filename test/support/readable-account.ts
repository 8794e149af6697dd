import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A stack as CloudFormation describes it. */
interface Stack {
  status: string;
  outputs?: Record<string, string>;
}

/** What an account has, as AWS's APIs answer about it. The shapes are those of the API references. */
export interface Readable {
  account: string;
  stacks: Record<string, Stack>;
  concurrency: { quota: number; unreserved: number };
  roles: string[];
  logPolicies: string[];
  addresses: number;
  vpcs: number;
  quotas: Record<string, number>;
  registries: string[];
  /** By name or ARN. */
  secrets: Record<string, { deleted?: true; stack?: string; retained?: true; value?: object }>;
  /** Operations that AWS refuses to this principal. */
  denied: string[];
}

/** An account that is ready for a first deployment. */
export const READY: Readable = {
  account: '123456789012',
  stacks: { CDKToolkit: { status: 'UPDATE_COMPLETE', outputs: { BucketName: 'cdk-assets', BootstrapVersion: '30' } } },
  concurrency: { quota: 1000, unreserved: 1000 },
  roles: ['AWSServiceRoleForECS'],
  logPolicies: ['AWSLogDeliveryWrite20150319'],
  addresses: 1,
  vpcs: 1,
  quotas: { 'L-0263D0A3': 5, 'L-F678F1CE': 5 },
  registries: [],
  secrets: {},
  denied: [],
};

interface Answer {
  status: number;
  body: string;
}

/**
 * An AWS account that can be read, on loopback.
 *
 * @returns its URL, for `AWS_ENDPOINT_URL`, and the operations that were asked for, with the service that each was signed for
 */
export async function readableAccount(given: Partial<Readable> = {}) {
  const account = { ...READY, ...given };
  const asked: { service: string; operation: string }[] = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const operation = operationOf(request, body);
    const [, service = ''] =
      /Credential=[^/]+\/\d{8}\/[\w-]+\/(\w+)\/aws4_request/.exec(String(request.headers.authorization)) ?? [];
    asked.push({ service, operation });
    const answer = account.denied.includes(operation)
      ? refused(operation)
      : answerTo(account, operation, request, body);
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function operationOf({ method, url = '', headers }: IncomingMessage, body: string): string {
  const target = headers['x-amz-target'];
  if (target) return String(target).split('.').at(-1) ?? '';
  if (url.startsWith('/2016-08-19/account-settings')) return 'GetAccountSettings';
  if (url.startsWith('/v1/registries/name/')) return 'DescribeRegistry';
  return new URLSearchParams(body).get('Action') ?? `${method} ${url}`;
}

function answerTo(account: Readable, operation: string, { url = '' }: IncomingMessage, body: string): Answer {
  const form = new URLSearchParams(body);
  const json = (value: object, status = 200): Answer => ({ status, body: JSON.stringify(value) });
  const input = (): Record<string, string> => JSON.parse(body) as Record<string, string>;
  switch (operation) {
    case 'GetCallerIdentity':
      return xml(
        operation,
        `<Arn>arn:aws:iam::${account.account}:user/operator</Arn><UserId>AIDA</UserId><Account>${account.account}</Account>`,
      );
    case 'DescribeStacks': {
      const name = form.get('StackName') ?? '';
      const stack = account.stacks[name];
      return stack ? stackXml(name, stack) : xmlError(400, 'ValidationError', `Stack with id ${name} does not exist`);
    }
    case 'DescribeStackResources': {
      const id = form.get('PhysicalResourceId') ?? '';
      const { stack, retained } = account.secrets[id] ?? {};
      if (stack === undefined || retained) return xmlError(400, 'ValidationError', `Stack for ${id} does not exist`);
      return xml(operation, `<StackResources><member><StackName>${stack}</StackName></member></StackResources>`);
    }
    case 'GetRole': {
      const name = form.get('RoleName') ?? '';
      return account.roles.includes(name)
        ? xml(operation, `<Role><RoleName>${name}</RoleName></Role>`)
        : xmlError(404, 'NoSuchEntity', `The role with name ${name} cannot be found.`);
    }
    case 'DescribeAddresses':
      return ec2(operation, 'addressesSet', account.addresses, (index) => `<publicIp>203.0.113.${index}</publicIp>`);
    case 'DescribeVpcs':
      return ec2(
        operation,
        'vpcSet',
        account.vpcs,
        (index) => `<vpcId>vpc-${index}</vpcId><isDefault>false</isDefault>`,
      );
    case 'GetServiceQuota':
      return json({ Quota: { QuotaCode: input().QuotaCode, Value: account.quotas[input().QuotaCode ?? ''] } });
    case 'GetAccountSettings':
      return json({
        AccountLimit: {
          ConcurrentExecutions: account.concurrency.quota,
          UnreservedConcurrentExecutions: account.concurrency.unreserved,
        },
        AccountUsage: { FunctionCount: 0, TotalCodeSize: 0 },
      });
    case 'DescribeResourcePolicies':
      return json({
        resourcePolicies: account.logPolicies.map((policyName) => ({ policyName, policyDocument: '{}' })),
      });
    case 'DescribeRegistry': {
      const name = decodeURIComponent(url.split('/').at(-1) ?? '');
      return account.registries.includes(name)
        ? json({ RegistryName: name })
        : json({ __type: 'NotFoundException', Message: 'Registry not found' }, 404);
    }
    case 'DescribeSecret': {
      const id = input().SecretId ?? '';
      const secret = account.secrets[id];
      if (!secret) return json({ __type: 'ResourceNotFoundException', Message: 'not found' }, 400);
      const Tags = secret.stack === undefined ? [] : [{ Key: 'aws:cloudformation:stack-name', Value: secret.stack }];
      return json({ ARN: id, Name: id, Tags, ...(secret.deleted && { DeletedDate: 1_795_000_000 }) });
    }
    case 'GetSecretValue':
      return json({ SecretString: JSON.stringify(account.secrets[input().SecretId ?? '']?.value) });
    default:
      return json({ __type: 'UnknownOperationException', message: operation }, 400);
  }
}

const xml = (operation: string, result: string): Answer => ({
  status: 200,
  body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
});
const xmlError = (status: number, code: string, message: string): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
const ec2 = (operation: string, set: string, count: number, item: (index: number) => string): Answer => {
  const items = Array.from({ length: count }, (_, index) => `<item>${item(index)}</item>`).join('');
  return {
    status: 200,
    body: `<${operation}Response><requestId>1</requestId><${set}>${items}</${set}></${operation}Response>`,
  };
};

function stackXml(name: string, { status, outputs = {} }: Stack): Answer {
  const members = Object.entries(outputs)
    .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
    .join('');
  const stack = `<member><StackName>${name}</StackName><StackStatus>${status}</StackStatus><Outputs>${members}</Outputs></member>`;
  return xml('DescribeStacks', `<Stacks>${stack}</Stacks>`);
}

/** As the protocol of each operation reports it. */
function refused(operation: string): Answer {
  const message = `User: arn:aws:iam::123456789012:user/operator is not authorized to perform: ${operation}`;
  if (['DescribeAddresses', 'DescribeVpcs'].includes(operation)) {
    return {
      status: 403,
      body: `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>${message}</Message></Error></Errors></Response>`,
    };
  }
  if (['GetCallerIdentity', 'DescribeStacks', 'GetRole'].includes(operation))
    return xmlError(403, 'AccessDenied', message);
  return { status: 400, body: JSON.stringify({ __type: 'AccessDeniedException', Message: message }) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
