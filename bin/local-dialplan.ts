import { nodeLabel } from '../lib/ari/node.ts';
import { armedExtensions } from '../lib/asterisk/armed-extensions.ts';
import type { AsteriskNode } from '../lib/asterisk/asterisk-node.ts';
import { dialplanFaults } from '../lib/asterisk/extensions-conf.ts';
import { rescueFaults, rescueSeconds } from '../lib/asterisk/rescue.ts';
import { DOCUMENTED_DIALPLAN, type Extensions } from '../lib/simulator/dialplan.ts';

/**
 * The extensions of a node's simulated Asterisk, with the arguments of `Stasis()` that each leads to: those of
 * `asterisk.extensions` in cdk.json. Without them: the documented extensions of the node's apps, and for each other app
 * its name in small letters.
 *
 * The simulated Asterisk has no patterns: the first number that a pattern matches stands for it.
 *
 * @throws when `asterisk.extensions` or `asterisk.rescue` is invalid
 * @example
 * localDialplan({ name, url, apps: ['Sales'], asterisk: { extensions: { _9XX: { app: 'Sales', args: ['eu'] } } } });
 * // { '900': 'Sales,eu' }
 */
export function localDialplan(node: AsteriskNode): Record<string, string> {
  const { apps, asterisk } = node;
  const extensions = asterisk?.extensions;
  // Extensions that are derived from the apps' names need not be valid here.
  const faults =
    extensions === undefined
      ? rescueFaults(`${nodeLabel(node, 0)}: asterisk.rescue`, apps, asterisk?.rescue)
      : dialplanFaults(`${nodeLabel(node, 0)}: asterisk`, apps, asterisk ?? {});
  if (faults.length > 0) {
    throw new Error(`cdk.json: \`nodes\` cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
  if (extensions === undefined) return defaultDialplan(apps);
  return Object.fromEntries(
    Object.entries(extensions).map(([name, { app, args = [] }]) => [numberOf(name), [app, ...args].join(',')]),
  );
}

/**
 * What the extensions of `localDialplan` do in a node's simulated Asterisk: a call that no handler claims within the
 * node's `rescue` hears the busy tone, whatever the node's `fallback` is.
 *
 * @throws when `asterisk.extensions` or `asterisk.rescue` is invalid
 */
export function localExtensions(node: AsteriskNode): Extensions {
  return armedExtensions(localDialplan(node), (app) => rescueSeconds(app, node.asterisk?.rescue));
}

function defaultDialplan(apps: readonly string[]): Record<string, string> {
  const documented = Object.entries(DOCUMENTED_DIALPLAN).map(([name, steps]): [string, string] => [name, `${steps}`]);
  const called = documented.filter(([, data]) => apps.includes(appOf(data)));
  const others = apps.filter((app) => !called.some(([, data]) => appOf(data) === app));
  return Object.fromEntries([...called, ...others.map((app) => [app.toLowerCase(), app] as const)]);
}

function appOf(stasisArguments: string): string {
  return stasisArguments.split(',')[0] as string;
}

/** The first number that an extension matches, if it is a pattern such as `_9XXX`. */
function numberOf(extension: string): string {
  if (!extension.startsWith('_')) return extension;
  const digits: Record<string, string> = { X: '0', Z: '1', N: '2', '.': '0', '!': '0', '-': '' };
  return [...extension.slice(1)].map((each) => digits[each.toUpperCase()] ?? each).join('');
}
