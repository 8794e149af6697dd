import { Aws, Duration } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDriver,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { connectorImage } from './connector-image.ts';
import { grantNodes, type NodeCredentials } from './node-credentials.ts';

export interface ConnectorServiceProps {
  /** The network that the connector runs in; Asterisk has to be reachable from there, and AWS's endpoints. */
  vpc: IVpc;
  /** The bus that call events travel on. */
  bus: IEventBus;
  /** The Asterisk servers to listen to. */
  nodes: readonly NodeCredentials[];
  /** Gives the task a public address: how it reaches the outside from a subnet without NAT. @default false */
  assignPublicIp?: boolean;
}

const HEALTH_PORT = 8080;
const DRAIN = Duration.seconds(25);
/** What the health check runs: the image has Node, and no curl. */
const ASK_HEALTH = `fetch('http://127.0.0.1:${HEALTH_PORT}/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/** The connector as one Fargate task without any inbound port. Deploys overlap: the new one takes the apps over. */
export class ConnectorService extends Construct {
  readonly service: FargateService;

  constructor(scope: Construct, id: string, props: ConnectorServiceProps) {
    super(scope, id);
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: 256,
      memoryLimitMiB: 512,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    props.bus.grantPutEventsTo(task.taskRole);
    task.addContainer('Connector', {
      image: connectorImage(),
      environment: {
        ARI_NODES: grantNodes(props.nodes, 'connectorUser', task.taskRole),
        EVENT_BUS_NAME: props.bus.eventBusName,
        AWS_REGION: Aws.REGION,
        HEALTH_PORT: String(HEALTH_PORT),
        DRAIN_SECONDS: String(DRAIN.toSeconds()),
      },
      readonlyRootFilesystem: true,
      enableRestartPolicy: true,
      stopTimeout: DRAIN.plus(Duration.seconds(5)),
      healthCheck: { command: ['CMD', 'node', '-e', ASK_HEALTH], interval: Duration.seconds(10), retries: 3 },
      logging: LogDriver.awsLogs({
        streamPrefix: 'connector',
        logGroup: new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH }),
      }),
    });
    this.service = new FargateService(this, 'Service', {
      cluster: new Cluster(this, 'Cluster', { vpc: props.vpc }) as ICluster,
      taskDefinition: task,
      desiredCount: 1,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      assignPublicIp: props.assignPublicIp ?? false,
    });
  }
}
