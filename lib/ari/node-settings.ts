import { isJsonObject } from '../json.ts';
import { appSettingsFaults } from './app-settings.ts';
import { type AriNode, nodeLabel } from './node.ts';

/** All faults of the `appSettings` of a list of nodes, as sentences with what was expected and what was given. */
export function nodeSettingsFaults(nodes: unknown): string[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Partial<AriNode> | null, index) =>
    settingsFaults(nodeLabel(node ?? {}, index), node ?? {}),
  );
}

function settingsFaults(at: string, { appSettings, apps }: Partial<AriNode>): string[] {
  if (appSettings === undefined) return [];
  if (!isJsonObject(appSettings)) {
    return [
      `${at}: expected \`appSettings\` by app, { "Intro-IVR": { "subscriptions": [ … ] } }, got ${JSON.stringify(appSettings).slice(0, 200)}`,
    ];
  }
  return Object.entries(appSettings).flatMap(([app, settings]) =>
    Array.isArray(apps) && !apps.includes(app)
      ? [`${at}: expected \`appSettings\` of the node's apps (${apps.join(', ')}), got those of ${JSON.stringify(app)}`]
      : appSettingsFaults(`${at}: appSettings[${JSON.stringify(app)}]`, settings),
  );
}
