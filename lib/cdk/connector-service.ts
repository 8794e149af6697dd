import { Annotations, Aws, Duration, Size } from 'aws-cdk-lib';
import { type Connections, type IConnectable, type IVpc, type SubnetSelection, SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  AwsLogDriverMode,
  type CfnCluster,
  Cluster,
  type ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDriver,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EventPattern } from '../events/pattern/index.ts';
import { unknownFields } from '../events/unknown-fields.ts';
import { acknowledge, KEY_GRANT_REASONS } from './acknowledge.ts';
import { connectorImage } from './connector-image.ts';
import { nodeOptions, SMALLEST_MEMORY_MIB } from './connector-memory.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { egressOnly } from './egress.ts';
import { limitEnvironment } from './environment-size.ts';
import { LeftoverQueue } from './leftover-queue.ts';
import { logGroup } from './log-group.ts';
import { deliverNodes } from './node-files.ts';
import type { NodeUser } from './node-user.ts';
import { SolePublishers } from './sole-publishers.ts';
import { StateTable } from './state-table.ts';

export interface ConnectorServiceProps {
  /** The network that the connector runs in; it must reach Asterisk and AWS's endpoints. */
  vpc: IVpc;
  /** Subnets of the `vpc`. @default its private ones, or the public ones with `assignPublicIp` */
  subnets?: SubnetSelection;
  /** IPv4 addresses of the resolvers that the DHCP options of the `vpc` name. @default Amazon's, which need no rule */
  resolvers?: readonly string[] | undefined;
  /** Gives the task a public address, which it needs in a subnet without NAT. @default false */
  assignPublicIp?: boolean;
  /** The bus of call events. */
  bus: IEventBus;
  /** The ARI user of each Asterisk server to connect to; it may be read-only. */
  nodes: readonly NodeUser[];
  /** Events that any of these patterns matches are forwarded. @default all but ChannelVarset and ChannelDialplan */
  eventFilter?: readonly EventPattern[] | undefined;
  /**
   * The connector's image, for example a published one; the variable `ARI_NODES` then has the nodes.
   * @default `connectorImage()`, built at the deployment with the nodes in it
   */
  image?: ContainerImage;
  /**
   * A second task, in another zone where the subnets have two: it stands by, and takes over in less than 5 s when the first
   * one is gone, stopped, cut off or cannot publish. Without it there is none until ECS has started a new task.
   * @default true
   */
  standby?: boolean | undefined;
  /**
   * In units of 1/1024 vCPU. The default is Fargate's smallest and forwards 1,500 events a second (docs/connector.md).
   * @default 256
   */
  cpu?: number;
  /**
   * In MiB, of the sizes that Fargate has for `cpu`. Node's heap has 60 % of it. The connector uses 100 with a few servers, 180 where
   * events come as fast as it can read them, and 250 with 1,000 idle servers (docs/connector.md).
   * @default 512
   */
  memoryLimitMiB?: number;
  /** How long a stopped task may still publish events, at most 115 seconds. @default 25 seconds */
  drain?: Duration;
  /** How much may wait on disk for EventBridge, in bytes; of the task's disk of 20 GiB. @default 1073741824 (1 GiB) */
  journalMaxBytes?: number;
  /** How much may be in memory while the disk cannot be written, in bytes; `memoryLimitMiB` has to have room for more. @default 33554432 (32 MiB) */
  memoryMaxBytes?: number;
  /** PutEvents requests in flight at the most; throttling lowers their number for a while. @default 8 */
  putEventsConcurrency?: number;
  /** Size of one PutEvents request at the most, in bytes, by AWS's formula. @default 900000 */
  putEventsMaxBytes?: number;
  /**
   * How often figures go to CloudWatch, in whole seconds up to an hour; 0 for never. The alarms of `Monitoring` look at
   * every minute: with more than 60 seconds they take the connector for lost.
   * @default 60 seconds
   */
  metricsInterval?: Duration;
  /** The CloudWatch namespace of the metrics; that of `Monitoring` has to be the same. @default AriEventBridge */
  metricsNamespace?: string | undefined;
  /** The port of `/healthz`, `/readyz` and `/metrics`, on the task's loopback only: for a sidecar container. @default 8080 */
  healthPort?: number;
  /** @default 1 month */
  logRetention?: RetentionDays;
  /** CloudWatch Container Insights, which bills some 30 metrics; no alarm needs them. @default false */
  containerInsights?: boolean | undefined;
  /**
   * Denies every other principal to put events with the connector's sources on the bus; see `SolePublishers`. For two
   * connector services on one bus set it to false, and name both roles in `CallEventBusProps.publishers`.
   * @default true
   */
  solePublisher?: boolean;
  /** Encrypts log and dead letters; see `CallDataKey`. @default keys that AWS owns */
  encryptionKey?: IKey | undefined;
}

/** Lines that CloudWatch has not accepted wait here, some 40,000 of them; further ones are lost, events are not. */
const LOG_BUFFER = Size.mebibytes(8);
const NO_INSIGHTS =
  'Container Insights costs more than the task, and no alarm reads it: the connector writes its own metrics. `containerInsights` turns it on.';

/** A volume of the task: it survives a crash of the container, which is restarted in place. */
const JOURNAL = { name: 'journal', folder: '/var/lib/ari-eventbridge' };
/** The user `node` of the image, by number, so that a base image without a user list works too. */
const USER = '1000:1000';
/** The script of the health check: the image has Node, but no curl. */
const askHealth = (port: number): string =>
  `fetch('http://127.0.0.1:${port}/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/**
 * The connector as two Fargate tasks without any inbound port, one of which stands by. Deployments overlap: a new task takes
 * over the apps.
 *
 * @example
 * new ConnectorService(this, 'Connector', { vpc, bus, nodes: [user] });
 */
export class ConnectorService extends Construct implements IConnectable {
  readonly service: FargateService;
  /** Events that EventBridge refused finally, with the reason. */
  readonly deadLetters: DeadLetterQueue;
  /** Events that a stopped task could not publish: the next task does. */
  readonly leftovers: LeftoverQueue;
  /** What tasks know of each other, and of the calls that were announced. */
  readonly state: StateTable;
  /** The connector's network connections: `connector.connections.allowTo(asterisk, Port.tcp(8089))`. */
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: ConnectorServiceProps) {
    super(scope, id);
    const { bus, encryptionKey } = props;
    const ariNodes = props.nodes.map(({ ariNode }) => ariNode);
    this.deadLetters = new DeadLetterQueue(this, 'DeadLetters', { encryptionKey });
    this.leftovers = new LeftoverQueue(this, 'Leftovers', { encryptionKey });
    this.state = new StateTable(this, 'State', { encryptionKey });
    const task = this.#task(props);
    this.state.grantConnector(task.taskRole);
    bus.grantPutEventsTo(task.taskRole);
    this.deadLetters.grantSendMessages(task.taskRole);
    this.leftovers.grantSendMessages(task.taskRole);
    this.leftovers.grantConsumeMessages(task.taskRole);
    if (props.solePublisher ?? true)
      new SolePublishers(this, 'SolePublisher', { bus, roleArns: [task.taskRole.roleArn] });
    const { vpc, containerInsights = false } = props;
    const cluster = new Cluster(this, 'Cluster', {
      vpc,
      containerInsightsV2: containerInsights ? ContainerInsights.ENABLED : ContainerInsights.DISABLED,
    });
    if (encryptionKey) {
      // The journal and the dead letters on the task's disk are call data. By the key's ARN: CDK would take its id out of
      // an ARN that another stack's output gives, and CloudFormation cannot do that.
      const cfnCluster = cluster.node.defaultChild as CfnCluster;
      const path = 'Configuration.ManagedStorageConfiguration.FargateEphemeralStorageKmsKeyId';
      cfnCluster.addPropertyOverride(path, encryptionKey.keyArn);
    }
    if (!containerInsights) acknowledge(cluster, { 'AwsSolutions-ECS4': NO_INSIGHTS });
    const assignPublicIp = props.assignPublicIp ?? false;
    const subnets = props.subnets ?? {
      subnetType: assignPublicIp ? SubnetType.PUBLIC : SubnetType.PRIVATE_WITH_EGRESS,
    };
    this.service = new FargateService(this, 'Service', {
      cluster: cluster as ICluster,
      taskDefinition: task,
      desiredCount: (props.standby ?? true) ? 2 : 1,
      // Old tasks run until new ones are healthy: until they have taken over the apps, or stand by. Then they drain.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      securityGroups: [egressOnly(this, 'SecurityGroup', props.vpc, ariNodes, props.resolvers)],
      assignPublicIp,
      vpcSubnets: subnets,
      propagateTags: PropagatedTagSource.SERVICE,
    });
    // The task needs them from its start, and until it has published its last event: they are made before the service, and
    // removed after it.
    const { internetConnectivityEstablished: routes } = vpc.selectSubnets(subnets);
    this.service.node.addDependency(routes, task.obtainExecutionRole());
    this.connections = this.service.connections;
    // Not refused: a newer version of Asterisk may have them.
    for (const field of (props.eventFilter ?? []).flatMap(unknownFields)) {
      const says = `eventFilter: no event of Asterisk is known to have the field "${field}"; a pattern with a misspelt field drops every event`;
      Annotations.of(this).addWarningV2(`ari-eventbridge:eventFilter:${field}`, says);
    }
  }

  #task(props: ConnectorServiceProps): FargateTaskDefinition {
    const { encryptionKey, drain = Duration.seconds(25), healthPort = 8080 } = props;
    const { memoryLimitMiB = SMALLEST_MEMORY_MIB } = props;
    const task = new FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu ?? 256,
      memoryLimitMiB,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    task.addVolume({ name: JOURNAL.name });
    // With their settings: where these change, a new connector connects, after which they are applied.
    const delivered = deliverNodes(props.nodes, task.taskRole, { settings: true, inFile: props.image === undefined });
    const ariNodes = props.nodes.map(({ ariNode }) => ariNode);
    limitEnvironment(task, 'task', () => delivered.environment);
    const container = task.addContainer('Connector', {
      image: props.image ?? connectorImage({ nodes: ariNodes, nodesFile: delivered.file }),
      user: USER,
      environment: {
        ...delivered.environment,
        EVENT_BUS_NAME: props.bus.eventBusName,
        AWS_REGION: Aws.REGION,
        JOURNAL_FOLDER: JOURNAL.folder,
        DEAD_LETTER_QUEUE_URL: this.deadLetters.queueUrl,
        LEFTOVER_QUEUE_URL: this.leftovers.queueUrl,
        STATE_TABLE_NAME: this.state.tableName,
        NODE_OPTIONS: nodeOptions(memoryLimitMiB),
        ...variables({
          HEALTH_PORT: healthPort,
          DRAIN_SECONDS: drain.toSeconds(),
          EVENT_FILTER: props.eventFilter && JSON.stringify(props.eventFilter),
          JOURNAL_MAX_BYTES: props.journalMaxBytes,
          MEMORY_MAX_BYTES: props.memoryMaxBytes,
          PUT_EVENTS_CONCURRENCY: props.putEventsConcurrency,
          PUT_EVENTS_MAX_BYTES: props.putEventsMaxBytes,
          METRICS_NAMESPACE: props.metricsNamespace,
          METRICS_INTERVAL_SECONDS: props.metricsInterval?.toSeconds(),
        }),
      },
      readonlyRootFilesystem: true,
      enableRestartPolicy: true,
      // ECS's minimum: a container that crashes sooner is not restarted in place, and its journal is lost with the task.
      restartAttemptPeriod: Duration.seconds(60),
      stopTimeout: drain.plus(Duration.seconds(5)),
      healthCheck: {
        command: ['CMD', 'node', '-e', askHealth(healthPort)],
        interval: Duration.seconds(10),
        retries: 3,
      },
      logging: LogDriver.awsLogs({
        streamPrefix: 'connector',
        logGroup: logGroup(this, 'Logs', { retention: props.logRetention, encryptionKey }),
        // An account's default may be `blocking`: a log that is not accepted would then stop the connector.
        mode: AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: LOG_BUFFER,
      }),
    });
    container.addMountPoints({ sourceVolume: JOURNAL.name, containerPath: JOURNAL.folder, readOnly: false });
    acknowledge(task, {
      'AwsSolutions-ECS2':
        'The variables name resources (nodes, bus, queues, table, and secrets by their ARNs) and contain no secret: the connector reads those itself, again after each 401.',
      'AwsSolutions-IAM5[Resource::*]':
        'ecr:GetAuthorizationToken, the log-in to the image registry, supports no resources.',
      ...KEY_GRANT_REASONS,
    });
    return task;
  }
}

/** What is not set is left to the connector's own default. */
function variables(settings: Record<string, string | number | undefined>): Record<string, string> {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}
