import { type AriNode, staged, userSecretId } from '../ari/node.ts';
import { isJsonObject } from '../json.ts';

/** What a deployment of the ready-made app needs of its account, by cdk.json. */
export interface Plan {
  stacks: { calls: string; connector: string | undefined; schemas: string | undefined };
  /** Names of the secrets that it makes. */
  newSecrets: string[];
  /** ARNs of the secrets that have to exist. */
  existingSecrets: string[];
  /** The schema registry that it makes. */
  registry: string | undefined;
  /** Concurrency that all handlers together reserve. */
  reserved: number;
  /** Whether it makes a VPC with a fixed address. */
  makesAddress: boolean;
  makesVpc: boolean;
  /** Whether EventBridge's log is delivered to a log group. */
  logsBus: boolean;
  /** Whether Docker has to build the connector's image. */
  buildsImage: boolean;
}

/**
 * Reads the plan from cdk.json's context, whose faults `cdk synth` reports.
 *
 * @param handlers how many call handlers there are
 */
export function planOf(context: unknown, handlers: number): Plan {
  const given = isJsonObject(context) ? context : {};
  const stage = typeof given.stage === 'string' ? given.stage : undefined;
  const nodes = (Array.isArray(given.nodes) ? given.nodes : []) as AriNode[];
  const connector = given.connector !== false;
  const ids = nodes.flatMap((node) => [
    userSecretId(node, 'handlers', stage),
    ...(connector ? [userSecretId(node, 'connector', stage)] : []),
  ]);
  const secrets = [...new Set(ids)];
  const inNetwork = given.asteriskNetwork !== 'open';
  const makesVpc = given.vpc === undefined && (inNetwork || connector);
  const { handlerConcurrency: concurrency } = given;
  return {
    stacks: {
      calls: staged('AriEventBridge', stage),
      connector: connector ? staged('AriEventBridgeConnector', stage) : undefined,
      schemas: given.schemas === false ? undefined : staged('AriEventBridgeSchemas', stage),
    },
    newSecrets: secrets.filter((id) => !id.startsWith('arn:')),
    existingSecrets: secrets.filter((id) => id.startsWith('arn:')),
    registry: given.schemas === false ? undefined : staged('ari-eventbridge', stage),
    reserved: typeof concurrency === 'number' ? concurrency * handlers : 0,
    makesAddress: makesVpc && inNetwork,
    makesVpc,
    logsBus: given.busLog !== false && given.eventBusArn === undefined,
    buildsImage: connector && given.connectorImage === undefined,
  };
}
