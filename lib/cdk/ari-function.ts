import { Duration, Stack } from 'aws-cdk-lib';
import { Connections, type IConnectable, type IVpc, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type CfnFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, KEY_GRANT_REASONS } from './acknowledge.ts';
import { bundlingOf, esbuildArguments } from './bundling.ts';
import { egressOnly } from './egress.ts';
import { limitEnvironment } from './environment-size.ts';
import { logGroup } from './log-group.ts';
import { deliverNodes, nodeFileCommands } from './node-files.ts';
import type { NodeUser } from './node-user.ts';

export interface AriFunctionProps
  extends Pick<
    NodejsFunctionProps,
    | 'description'
    | 'timeout'
    | 'maxEventAge'
    | 'retryAttempts'
    | 'onFailure'
    | 'reservedConcurrentExecutions'
    | 'durableConfig'
    | 'deadLetterQueue'
    | 'currentVersionOptions'
  > {
  /** The file that exports `handler`, relative to the working directory. */
  entry: string;
  /** The ARI user of each Asterisk server that the function may command. */
  nodes: readonly NodeUser[];
  /** In MB. @default 512 */
  memorySize?: number | undefined;
  /** @default none */
  vpc?: IVpc | undefined;
  /** @default the private subnets of the `vpc` */
  subnets?: SubnetSelection | undefined;
  /** IPv4 addresses of the resolvers that the DHCP options of the `vpc` name. @default Amazon's, which need no rule */
  resolvers?: readonly string[] | undefined;
  /** @default Tracing.ACTIVE */
  tracing?: Tracing | undefined;
  /** @default 1 month */
  logRetention?: RetentionDays | undefined;
  /** In addition to `ARI_NODES_FILE`. @default none */
  environment?: Readonly<Record<string, string>> | undefined;
  /** Encrypts environment and log. @default keys that AWS owns */
  encryptionKey?: IKey | undefined;
  /** Options of esbuild. @default a minified ECMAScript module for Node 24, in which CommonJS packages work */
  bundling?: BundlingOptions | undefined;
}

/**
 * A Lambda function that calls ARI: it has its nodes and their private CAs in files next to its code, and permission to
 * write its own log and to read its users' secrets.
 *
 * @param scope the scope of the function, its role, log and security group
 */
export function ariFunction(
  scope: Construct,
  props: AriFunctionProps,
): { function: NodejsFunction; connections: Connections } {
  const {
    nodes,
    vpc,
    subnets,
    resolvers,
    logRetention,
    encryptionKey,
    bundling,
    memorySize,
    tracing,
    environment,
    ...given
  } = props;
  const ariNodes = nodes.map(({ ariNode }) => ariNode);
  const group = vpc && egressOnly(scope, 'SecurityGroup', vpc, ariNodes, resolvers);
  const log = logGroup(scope, 'Logs', { retention: logRetention, encryptionKey });
  const role = roleOf(scope, log, vpc !== undefined);
  const delivered = deliverNodes(nodes, role, { settings: false });
  const options = bundlingOf(bundling, (folder) => nodeFileCommands(ariNodes, delivered, folder));
  const fn = new NodejsFunction(scope, 'Function', {
    ...given,
    role,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: memorySize ?? 512,
    tracing: tracing ?? Tracing.ACTIVE,
    logGroup: log,
    environment: { ...environment, ...delivered.environment },
    ...(encryptionKey && { environmentEncryption: encryptionKey }),
    ...(vpc && group && { vpc, securityGroups: [group], ...(subnets && { vpcSubnets: subnets }) }),
    bundling: options,
  });
  const cfnFunction = fn.node.defaultChild as CfnFunction;
  // For local mode: hot reload bundles a saved handler from this file by the same command, without synthesizing again.
  const command = esbuildArguments(options, process.cwd());
  if (command) {
    cfnFunction.addMetadata('ari-eventbridge:entry', props.entry);
    cfnFunction.addMetadata('ari-eventbridge:esbuild', command);
  }
  limitEnvironment(fn, 'function', () => {
    const { variables = {} } = (Stack.of(fn).resolve(cfnFunction.environment) ?? {}) as { variables?: object };
    return { ...variables };
  });
  // CDK itself adds a redundant dependency of each function on its role, which is harmless.
  cfnFunction.addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
  return { function: fn, connections: new Connections({ securityGroups: group ? [group] : [] }) };
}

/**
 * A Lambda function that calls ARI and that no call event invokes: for click-to-dial, campaigns, a schedule. It finds the
 * client of a node by `nodeClients()`. Who may invoke it is for the app to say (`function.grantInvoke`, a function URL, a
 * rule).
 *
 * @example
 * const click = new AriFunction(this, 'Click', { nodes: users, entry: 'functions/click-to-dial/api.ts' });
 * click.function.addFunctionUrl(); // for principals of AWS that may invoke it
 */
export class AriFunction extends Construct implements IConnectable {
  readonly function: NodejsFunction;
  /** Its network connections, where it runs in a `vpc`. */
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: AriFunctionProps) {
    super(scope, id);
    const made = ariFunction(this, { timeout: Duration.seconds(30), ...props });
    this.function = made.function;
    this.connections = made.connections;
  }
}

/** What Lambda's service does to connect a function to a network (those of AWSLambdaVPCAccessExecutionRole). */
const INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
] as const;

/** A role without AWS's managed policies, which allow writing to every log group. */
function roleOf(scope: Construct, log: LogGroup, inVpc: boolean): Role {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  log.grantWrite(role);
  if (inVpc) {
    role.addToPolicy(new PolicyStatement({ actions: [...INTERFACE_ACTIONS], resources: ['*'] }));
    // Only Lambda's own service needs them. Requests of a function's code have this key in their context, with its ARN.
    const { partition, region, account } = Stack.of(role);
    const functions = `arn:${partition}:lambda:${region}:${account}:function:*`;
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: [...INTERFACE_ACTIONS],
        resources: ['*'],
        conditions: { ArnLike: { 'lambda:SourceFunctionArn': functions } },
      }),
    );
  }
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::*]': inVpc
      ? 'X-Ray (PutTraceSegments) and the description of network interfaces support no resources; Lambda itself creates and removes the interfaces, whose ids are not known before. Network actions are those of AWSLambdaVPCAccessExecutionRole.'
      : 'X-Ray (PutTraceSegments, PutTelemetryRecords) supports no resources.',
    ...KEY_GRANT_REASONS,
  });
  return role;
}
