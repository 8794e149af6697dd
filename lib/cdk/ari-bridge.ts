import { fileURLToPath } from 'node:url';
import type { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Tracing } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AriNode, staged, usersOwner } from '../ari/node.ts';
import { connectorPattern } from '../events/connector-pattern.ts';
import { CONNECTOR_NAMESPACE } from './alarm.ts';
import { CallEventBus, type CallEventBusProps } from './call-event-bus.ts';
import { CallHandler, type CallHandlerProps } from './call-handler.ts';
import { ConnectorService, type ConnectorServiceProps } from './connector-service.ts';
import { Monitoring } from './monitoring.ts';
import { Network, type NetworkProps } from './network.ts';
import { NodeUser } from './node-user.ts';

const APP_SETTINGS = fileURLToPath(new URL('../call-handler/app-settings.ts', import.meta.url));

/** The connector's options that `AriBridge` does not set itself. */
export interface AriBridgeConnector
  extends Partial<Omit<ConnectorServiceProps, 'bus' | 'nodes' | 'encryptionKey' | 'vpc' | 'subnets' | 'resolvers'>> {
  /**
   * The stack of the connector and its users: with a separate one, handlers deploy without Docker.
   * @default that of the bridge
   */
  scope?: Construct;
}

export interface AriBridgeProps {
  /** The Asterisk servers whose calls are handled. */
  nodes: readonly AriNode[];
  /** Options of the bus. @default those of `CallEventBus` */
  bus?: Omit<CallEventBusProps, 'encryptionKey'>;
  /**
   * Options of the connector; `false` where it runs elsewhere: name its role in `bus.publishers`.
   * @default those of `ConnectorService`
   */
  connector?: AriBridgeConnector | false;
  /** An existing network, or options of a new one. @default a small one without NAT */
  network?: Omit<NetworkProps, 'encryptionKey'>;
  /**
   * Whether handlers run in the network: because Asterisk is reachable only from there, or allows only its address.
   * @default `network.fixedAddress`
   */
  handlersInNetwork?: boolean;
  /** Encrypts everything that holds call data or credentials; see `CallDataKey`. @default keys that AWS owns */
  encryptionKey?: IKey | undefined;
  /** Whether X-Ray follows events through handlers. @default Tracing.ACTIVE */
  tracing?: Tracing | undefined;
  /** The stage of the deployment, in the names of secrets and in the namespace of metrics. @default none */
  stage?: string | undefined;
  /** Where alarms are sent. @default nowhere: they are visible in CloudWatch */
  alarmTopic?: ITopic | undefined;
  /** URL of the runbook, for the links in alarms. @default docs/runbook.md, its path in this project */
  runbookUrl?: string | undefined;
}

/** What a `CallHandler` needs of its bridge: `new CallHandler(this, 'IntroIvr', { ...bridge.handlerDefaults, entry, pattern })`. */
export type HandlerDefaults = Pick<
  CallHandlerProps,
  'bus' | 'nodes' | 'vpc' | 'subnets' | 'resolvers' | 'tracing' | 'encryptionKey' | 'monitoring'
>;

/**
 * The whole system except handlers: bus, users of each node, connector in its network, and monitoring.
 *
 * @example
 * const bridge = new AriBridge(this, 'Bridge', {
 *   nodes: [{ name: 'pbx-1', url: 'https://pbx-1.example.com:8089/ari', apps: ['Intro-IVR'] }],
 * });
 * new CallHandler(this, 'IntroIvr', { ...bridge.handlerDefaults, entry: 'intro-ivr.ts', pattern });
 */
export class AriBridge extends Construct {
  readonly bus: IEventBus;
  /** The user `handlers` of each node, which may command calls. */
  readonly handlerUsers: readonly NodeUser[];
  readonly monitoring: Monitoring;
  /** Undefined where the connector runs elsewhere. */
  readonly connector: ConnectorService | undefined;
  /** What a `CallHandler` of this bridge needs. */
  readonly handlerDefaults: HandlerDefaults;

  constructor(scope: Construct, id: string, props: AriBridgeProps) {
    super(scope, id);
    const { nodes, alarmTopic: topic, runbookUrl, encryptionKey, stage } = props;
    this.bus = new CallEventBus(this, 'Bus', { ...props.bus, encryptionKey }).bus;
    const metricsNamespace = staged(CONNECTOR_NAMESPACE, stage);
    const watched = props.connector !== false && hasFigures(props.connector?.metricsInterval);
    this.monitoring = new Monitoring(this, 'Monitoring', {
      ...{ topic, runbookUrl, metricsNamespace },
      nodes: watched ? nodes : undefined,
    });
    this.handlerUsers = usersOf(nodes, (node, sharedWith) => {
      const description = `Read-write ARI user of ${usersOwner(node)}, for call handlers`;
      const user = { node, username: 'handlers', description, encryptionKey, stage, sharedWith };
      return new NodeUser(this, `HandlersUser-${node.name}`, user);
    });

    const inNetwork = props.handlersInNetwork ?? props.network?.fixedAddress ?? false;
    const { scope: own = this, ...settings } = props.connector || {};
    const ownKey = own === this ? encryptionKey : importedKey(own, encryptionKey);
    const network =
      inNetwork || props.connector !== false
        ? new Network(inNetwork ? this : own, 'Network', {
            ...props.network,
            encryptionKey: inNetwork ? encryptionKey : ownKey,
          })
        : undefined;
    this.handlerDefaults = {
      bus: this.bus,
      nodes: this.handlerUsers,
      monitoring: this.monitoring,
      tracing: props.tracing,
      encryptionKey,
      vpc: inNetwork ? network?.vpc : undefined,
      subnets: inNetwork ? network?.subnets : undefined,
      resolvers: inNetwork ? network?.resolvers : undefined,
    };
    this.#applySettings(nodes);
    if (props.connector === false || !network) return;

    // In the connector's scope, not with the handlers' users: a removed node would otherwise leave an import behind.
    const users = usersOf(nodes, (node, sharedWith) => {
      const description = `Read-only ARI user of ${usersOwner(node)}, for the connector`;
      const user = { node, username: 'connector', description, encryptionKey: ownKey, stage, sharedWith };
      return new NodeUser(own, `ConnectorUser-${node.name}`, user);
    });
    const { vpc, subnets, assignPublicIp, resolvers } = network;
    this.connector = new ConnectorService(own, 'Connector', {
      ...{ vpc, subnets, assignPublicIp, resolvers },
      ...(stage !== undefined && { metricsNamespace }),
      ...settings,
      bus: this.bus,
      nodes: users,
      encryptionKey: ownKey,
    });
    const watching =
      own === this ? this.monitoring : new Monitoring(own, 'Monitoring', { topic, runbookUrl, dashboard: false });
    watching.watchDeadLetters('Connector', this.connector.deadLetters);
    watching.watchLeftovers('Connector', this.connector.leftovers);
  }

  /** A function that applies the nodes' `appSettings` each time that a node has been connected. */
  #applySettings(nodes: readonly AriNode[]): void {
    const settings = nodes.filter(({ appSettings }) => appSettings).map(({ name, appSettings }) => [name, appSettings]);
    if (settings.length === 0) return;
    new CallHandler(this, 'AppSettings', {
      ...this.handlerDefaults,
      entry: APP_SETTINGS,
      pattern: connectorPattern({ type: ['NodeConnected'] }),
      environment: { APP_SETTINGS: JSON.stringify(Object.fromEntries(settings)) },
    });
  }
}

/** A user of each node; the nodes of a group share that of its first one. */
function usersOf(
  nodes: readonly AriNode[],
  make: (node: AriNode, sharedWith: NodeUser | undefined) => NodeUser,
): NodeUser[] {
  const ofGroups = new Map<string, NodeUser>();
  return nodes.map((node) => {
    const user = make(node, ofGroups.get(node.userGroup ?? ''));
    if (node.userGroup !== undefined && !ofGroups.has(node.userGroup)) ofGroups.set(node.userGroup, user);
    return user;
  });
}

/**
 * Whether the connector writes the metrics that alarms read.
 *
 * @throws Error where it would write them less often than alarms read them
 */
function hasFigures(interval: Duration | undefined): boolean {
  const seconds = interval?.toSeconds() ?? 60;
  if (seconds <= 60) return seconds > 0;
  throw new Error(
    `metricsInterval: expected at most 60 seconds, as alarms read every minute, or 0 for neither metrics nor alarms; got ${seconds} seconds`,
  );
}

/**
 * As an import: a grant in the other stack must not change the key's own policy, or the stacks would depend on each
 * other.
 */
function importedKey(scope: Construct, key: IKey | undefined): IKey | undefined {
  return key && Key.fromKeyArn(scope, 'BridgeKey', key.keyArn);
}
