import { fileURLToPath } from 'node:url';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { Connections, IConnectable, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Tracing } from 'aws-cdk-lib/aws-lambda';
import { type NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Construct } from 'constructs';
import { ariFunction } from './ari-function.ts';
import type { NodeUser } from './node-user.ts';

const ENTRY = fileURLToPath(new URL('../asterisk/doctor/lambda.ts', import.meta.url));

export interface DoctorFunctionProps {
  /** The handlers' ARI user of each Asterisk server to examine. */
  nodes: readonly NodeUser[];
  /** The connector's ARI users of the same servers, to be examined as well. @default only the handlers' */
  connectorUsers?: readonly NodeUser[];
  /** The network of the call handlers, where they run in one: the doctor examines that path. @default none */
  vpc?: IVpc | undefined;
  /** Subnets of the `vpc`. @default its private ones */
  subnets?: SubnetSelection | undefined;
  /** IPv4 addresses of the resolvers that the DHCP options of the `vpc` name. @default Amazon's, which need no rule */
  resolvers?: readonly string[] | undefined;
  /** Whether X-Ray follows an examination. @default Tracing.ACTIVE */
  tracing?: Tracing | undefined;
  /** Encrypts environment and log; see `CallDataKey`. @default keys that AWS owns */
  encryptionKey?: IKey | undefined;
}

/**
 * The doctor in Lambda, for `ari-eventbridge doctor --from lambda`. Nothing in AWS invokes it, only principals with
 * `lambda:InvokeFunction`, and it connects to its nodes only.
 *
 * @example
 * new DoctorFunction(this, 'Doctor', { nodes: [user] });
 */
export class DoctorFunction extends Construct implements IConnectable {
  readonly function: NodejsFunction;
  /** Its network connections, where it runs in a `vpc`. */
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: DoctorFunctionProps) {
    super(scope, id);
    const { nodes, connectorUsers = [], vpc, subnets, resolvers, tracing, encryptionKey } = props;
    const made = ariFunction(this, {
      ...{ nodes, vpc, subnets, resolvers, tracing, encryptionKey },
      description: "Examines the Asterisk servers on the call handlers' network path",
      entry: ENTRY,
      timeout: Duration.minutes(2),
      // The package ws calls `require`, which ECMAScript modules do not have; the others are its optional add-ons.
      bundling: { format: OutputFormat.CJS, externalModules: ['@aws-sdk/*', 'bufferutil', 'utf-8-validate'] },
    });
    this.function = made.function;
    this.connections = made.connections;
    const listeners = Object.fromEntries(connectorUsers.map(({ ariNode, secret }) => [ariNode.name, secret.secretArn]));
    for (const { secret } of connectorUsers) secret.grantRead(this.function);
    this.function.addEnvironment('CONNECTOR_SECRETS', Stack.of(this).toJsonString(listeners));
    new CfnOutput(this, 'Name', {
      description: 'For: ari-eventbridge doctor --from lambda --function …',
      value: this.function.functionName,
    });
  }
}
