import type { Account } from './account.ts';
import { error, type Outcome, ok, warning } from './finding.ts';
import type { Plan } from './plan.ts';
import { WITHOUT_SCHEMA_REGISTRY } from './regions.ts';

/** Where the deployment goes. */
export interface Place {
  account: string;
  region: string;
}

/** One check of the account. It throws where AWS does not let it read. */
export interface Check {
  name: string;
  /** The permission that it needs, for a person without it. */
  needs: string;
  run(account: Account, plan: Plan, place: Place): Promise<Outcome[]>;
}

/** What AWS keeps unreserved of Lambda's concurrency, in an account with a small quota and in others. */
const UNRESERVED = { small: 10, usual: 100 };
/** The first quota of a new account, all of which stays unreserved. */
const SMALL_QUOTA = 10;
/** The version of the bootstrap stack that the CDK of this project needs. */
const BOOTSTRAP_VERSION = 6;
const ECS_ROLE = 'AWSServiceRoleForECS';
/** Resource policies of CloudWatch Logs in a region, and the one that delivery keeps itself. */
const LOG_POLICIES = { limit: 10, ofDelivery: 'AWSLogDeliveryWrite20150319' };

const raise = (service: string, code: string, value: number): string =>
  `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${value}`;

const bootstrap: Check = {
  name: 'bootstrap',
  needs: 'cloudformation:DescribeStacks',
  async run(account, _, { account: id, region }) {
    const mend = `npx cdk bootstrap aws://${id}/${region}`;
    const stack = await account.stack('CDKToolkit');
    if (!stack) return [error(`account ${id} is not bootstrapped for the CDK in ${region}`, mend)];
    const version = Number(stack.outputs.get('BootstrapVersion') ?? 0);
    if (version < BOOTSTRAP_VERSION) {
      return [error(`the bootstrap stack has version ${version}, expected ${BOOTSTRAP_VERSION} or more`, mend)];
    }
    return [ok(`account ${id} is bootstrapped in ${region}, version ${version}`)];
  },
};

const stacks: Check = {
  name: 'stacks',
  needs: 'cloudformation:DescribeStacks',
  async run(account, plan) {
    const names = Object.values(plan.stacks).filter((name) => name !== undefined);
    const found = await Promise.all(names.map(async (name) => ({ name, stack: await account.stack(name) })));
    const outcomes = found.flatMap(({ name, stack }) => {
      if (!stack) return [];
      if (/^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|DELETE_FAILED|CREATE_FAILED)$/.test(stack.status)) {
        const says = `the stack ${name} is ${stack.status}: it cannot be updated, and has to be deleted first`;
        return [error(says, `aws cloudformation delete-stack --stack-name ${name}`)];
      }
      if (stack.status === 'UPDATE_ROLLBACK_FAILED') {
        const says = `the stack ${name} is ${stack.status}: its rollback has to be continued first`;
        return [error(says, `aws cloudformation continue-update-rollback --stack-name ${name}`)];
      }
      if (stack.status.endsWith('_IN_PROGRESS')) {
        const says = `the stack ${name} is ${stack.status}: a deployment is running`;
        return [warning(says, `aws cloudformation describe-stacks --stack-name ${name} --query Stacks[0].StackStatus`)];
      }
      return [];
    });
    const deployed = found.filter(({ stack }) => stack).map(({ name }) => name);
    const state = deployed.length === 0 ? 'no stack is deployed yet' : `deployed: ${deployed.join(', ')}`;
    return outcomes.length > 0 ? outcomes : [ok(state)];
  },
};

const concurrency: Check = {
  name: 'concurrency',
  needs: 'lambda:GetAccountSettings',
  async run(account, { reserved, stacks: { calls } }) {
    const { quota, unreserved } = await account.concurrency();
    const mend = raise('lambda', 'L-B99A9384', 1000);
    const kept = quota <= UNRESERVED.usual ? UNRESERVED.small : UNRESERVED.usual;
    // What is deployed has its concurrency already.
    const needed = (await account.stack(calls)) ? 0 : reserved;
    if (needed > 0 && unreserved - needed < kept) {
      const says = `the handlers reserve ${reserved} of Lambda's concurrency, and AWS keeps ${kept} of the ${unreserved} that are left unreserved`;
      return [error(says, `"handlerConcurrency": "unreserved" in cdk.json, or ${mend}`)];
    }
    if (quota <= SMALL_QUOTA) {
      const says = `Lambda runs ${quota} functions at the same time in this account: further callers wait`;
      return [warning(says, mend)];
    }
    return [ok(`Lambda runs ${quota} functions at the same time, ${unreserved} of them unreserved`)];
  },
};

const serviceRole: Check = {
  name: 'ecs-role',
  needs: 'iam:GetRole',
  async run(account, { stacks: { connector } }) {
    if (connector === undefined) return [];
    if (await account.hasRole(ECS_ROLE)) return [ok(`the role ${ECS_ROLE} exists`)];
    const says = `the role ${ECS_ROLE} does not exist, as this account has never used ECS: the first deployment would fail`;
    return [error(says, 'aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com')];
  },
};

const logPolicies: Check = {
  name: 'log-policies',
  needs: 'logs:DescribeResourcePolicies',
  async run(account, { logsBus }) {
    if (!logsBus) return [];
    const names = await account.logPolicies();
    if (names.includes(LOG_POLICIES.ofDelivery) || names.length < LOG_POLICIES.limit) {
      return [ok(`${names.length} of ${LOG_POLICIES.limit} resource policies of CloudWatch Logs are used`)];
    }
    const says = `all ${LOG_POLICIES.limit} resource policies of CloudWatch Logs are used, and none is ${LOG_POLICIES.ofDelivery}, by which the bus's log is delivered`;
    return [
      error(
        says,
        `aws logs delete-resource-policy --policy-name NAME, with one that is not needed of ${names.join(', ')}; or "busLog": false in cdk.json`,
      ),
    ];
  },
};

const network: Check = {
  name: 'network',
  needs: 'ec2:DescribeAddresses, ec2:DescribeVpcs and servicequotas:GetServiceQuota',
  async run(account, { makesVpc, makesAddress, stacks: { calls, connector } }) {
    // What is deployed has its own already.
    const deployed = (await account.stack(calls)) ?? (connector && (await account.stack(connector)));
    if (!makesVpc || deployed) return [];
    const counts = [
      { what: 'VPCs', used: await account.vpcs(), service: 'vpc', code: 'L-F678F1CE' },
      ...(makesAddress
        ? [{ what: 'Elastic IP addresses', used: await account.addresses(), service: 'ec2', code: 'L-0263D0A3' }]
        : []),
    ];
    return Promise.all(
      counts.map(async ({ what, used, service, code }) => {
        const quota = await account.quota(service, code);
        if (used < quota) return ok(`${used} of ${quota} ${what} are used, and one more is needed`);
        return error(
          `all ${quota} ${what} of this region are used, and one more is needed`,
          `${raise(service, code, quota + 5)}, or \`vpc\` in cdk.json`,
        );
      }),
    );
  },
};

const registry: Check = {
  name: 'registry',
  needs: 'schemas:DescribeRegistry',
  async run(account, { registry: name, stacks: { schemas } }, { region }) {
    if (name === undefined || schemas === undefined) return [];
    if (WITHOUT_SCHEMA_REGISTRY.includes(region)) {
      const says = `${region} has no schema registry: the stack ${schemas} could not be made`;
      return [error(says, '"schemas": false in cdk.json')];
    }
    if (!(await account.hasRegistry(name))) return [ok(`the schema registry ${name} will be made`)];
    if (await account.stack(schemas)) return [ok(`the schema registry ${name} is that of ${schemas}`)];
    const says = `the schema registry ${name} exists already, and no stack ${schemas} that made it`;
    return [
      error(
        says,
        `"stage" in cdk.json for another name, "schemas": false, or aws schemas delete-registry --registry-name ${name}`,
      ),
    ];
  },
};

const secrets: Check = {
  name: 'secrets',
  needs: 'secretsmanager:DescribeSecret and cloudformation:DescribeStackResources',
  async run(account, plan) {
    const ours = Object.values(plan.stacks);
    const outcomes: Outcome[] = [];
    for (const name of plan.newSecrets) {
      const found = await account.secret(name);
      if (!found) continue;
      const isOurs = found.stack !== undefined && ours.includes(found.stack);
      if (isOurs && !found.deleted && (await account.isInStack(found.arn))) continue;
      if (found.deleted) {
        const says = `the secret ${name} was deleted and is in its recovery window, which blocks its name`;
        const restore = `aws secretsmanager restore-secret --secret-id ${name}`;
        outcomes.push(
          error(
            says,
            `${restore}; then name its ARN in \`secrets\` of the node, or aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery`,
          ),
        );
        continue;
      }
      if (isOurs) {
        const says = `the secret ${name} was retained when ${found.stack} was deleted, or its node was removed: the deployment cannot make it`;
        const remove = `aws secretsmanager delete-secret --secret-id ${name} --force-delete-without-recovery`;
        outcomes.push(error(says, `name its ARN, ${found.arn}, in \`secrets\` of the node in cdk.json; or ${remove}`));
        continue;
      }
      const of = found.stack === undefined ? 'of no stack' : `of the stack ${found.stack}`;
      const says = `the secret ${name} exists already, ${of}: the deployment cannot make it`;
      outcomes.push(
        error(
          says,
          `name its ARN in \`secrets\` of the node in cdk.json, or set another \`stage\` (aws secretsmanager describe-secret --secret-id ${name})`,
        ),
      );
    }
    for (const arn of plan.existingSecrets) {
      const found = await account.secret(arn);
      if (found && !found.deleted) continue;
      outcomes.push(
        error(
          `the secret ${arn}, which cdk.json names, ${found ? 'was deleted' : 'does not exist'}`,
          found ? `aws secretsmanager restore-secret --secret-id ${arn}` : 'correct `secrets` of the node in cdk.json',
        ),
      );
    }
    const count = plan.newSecrets.length + plan.existingSecrets.length;
    return outcomes.length > 0 ? outcomes : [ok(`the ${count} secrets can be made or exist`)];
  },
};

/** In the order of the report. */
export const ACCOUNT_CHECKS: readonly Check[] = [
  bootstrap,
  stacks,
  concurrency,
  serviceRole,
  logPolicies,
  network,
  registry,
  secrets,
];
