import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AriNode } from '../lib/ari/node.ts';
import type { Deployed } from '../lib/cost/deployed.ts';
import type { Usage } from '../lib/cost/monthly-cost.ts';
import { readCloudAssembly, synthesize } from '../lib/local/template/index.ts';
import { configuredNodes } from './configured-nodes.ts';

/** What the cost calculator reads from the templates of an app. */
export interface Counted {
  deployed: Deployed;
  /** Values of the templates that an option of the command line overrides. */
  usage: Partial<Pick<Usage, 'nodes' | 'appsPerNode' | 'archiveDays' | 'nat' | 'tracing'>>;
}

/**
 * Synthesizes the app of cdk.json and counts in its templates what has a price by the month.
 *
 * @param root the folder with cdk.json
 * @returns `undefined` where there is no cdk.json
 * @throws with what the app wrote, when it failed
 */
export async function countDeployed(root: string): Promise<Counted | undefined> {
  if (!existsSync(join(root, 'cdk.json'))) return undefined;
  const nodes = await configuredNodes(root);
  const folder = await synthesize(root, nodes);
  try {
    const { stacks } = await readCloudAssembly(folder);
    const resources = [...stacks.values()].flatMap(({ template: { Resources = {} } }) => Object.values(Resources));
    const ofType = (type: string) =>
      resources.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties);
    return counted(ofType, nodes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function counted(ofType: (type: string) => Record<string, unknown>[], configured: readonly AriNode[]): Counted {
  const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Dimensions = [] }) => {
    const dimensions = new Map(
      (Dimensions as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, Value]),
    );
    return { node: dimensions.get('Node'), app: dimensions.get('App') };
  });
  const ofApps = alarms.filter(({ app }) => app !== undefined);
  const ofNodes = alarms.filter(({ node, app }) => node !== undefined && app === undefined);
  // An app may have its nodes in its code rather than in cdk.json: then the alarms name them.
  const nodes = configured.length || new Set(alarms.flatMap(({ node }) => node ?? [])).size;
  const apps = configured.flatMap((node) => node.apps).length || new Set(ofApps.map((one) => JSON.stringify(one))).size;
  const [task] = ofType('AWS::ECS::TaskDefinition');
  const [service] = ofType('AWS::ECS::Service');
  const [archive] = ofType('AWS::Events::Archive');
  const retentionDays = Number(archive?.RetentionDays ?? 0);
  return {
    deployed: {
      alarms: alarms.length - ofApps.length - ofNodes.length,
      alarmsPerNode: nodes === 0 ? 0 : ofNodes.length / nodes,
      alarmsPerApp: apps === 0 ? 0 : ofApps.length / apps,
      dashboards: ofType('AWS::CloudWatch::Dashboard').length,
      containerInsights: JSON.stringify(ofType('AWS::ECS::Cluster')).includes('"enabled"'),
      connector: task && {
        vcpu: Number(task.Cpu) / 1024,
        gb: Number(task.Memory) / 1024,
        tasks: Number(service?.DesiredCount ?? 1),
      },
    },
    usage: {
      ...(nodes > 0 && { nodes, appsPerNode: apps / nodes }),
      // An archive without a retention never deletes events: its cost depends on its age.
      ...((archive === undefined || retentionDays > 0) && { archiveDays: retentionDays }),
      nat: ofType('AWS::EC2::NatGateway').length > 0,
      tracing: JSON.stringify(ofType('AWS::Lambda::Function')).includes('"Mode":"Active"'),
    },
  };
}
