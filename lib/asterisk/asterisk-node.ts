import { type AriNode, nodeFaults, nodeKeyFaults, nodeLabel, type UserRole } from '../ari/node.ts';
import { nodeSettingsFaults } from '../ari/node-settings.ts';
import { isJsonObject } from '../json.ts';
import {
  type AriOptions,
  ariAddition,
  ariConf,
  ariFaults,
  ariUsers,
  completeUser,
  type NodePasswords,
  passwordFaults,
  type UserOptions,
  userFaults,
} from './ari-conf.ts';
import { type DialplanOptions, dialplanFaults, extensionsConf } from './extensions-conf.ts';
import { completeHttp, type HttpOptions, httpConf, httpContradictions, httpFaults } from './http-conf.ts';
import { show } from './option-faults.ts';

/**
 * Asterisk's configuration for a node: the key `asterisk` of a node in cdk.json. Every option is optional.
 *
 * @example
 * { "extensions": { "ivr": { "app": "Intro-IVR" } }, "fallback": "voicemail:100" }
 */
export interface AsteriskOptions extends DialplanOptions {
  http?: HttpOptions;
  /**
   * Whether `url` is the address of a reverse proxy or a forwarded port, so that `http` may contradict it.
   * @default false
   */
  proxy?: boolean;
  ari?: AriOptions;
  users?: Partial<Record<UserRole, UserOptions>>;
}

/** A node of cdk.json. */
export interface AsteriskNode extends AriNode {
  asterisk?: AsteriskOptions;
}

/** The files that are rendered. */
export const FILES = ['http.conf', 'ari.conf', 'extensions.conf'] as const;
export type FileName = (typeof FILES)[number];

/** In the first line of each file, by which the script that installs them recognizes its own. */
export const WRITTEN = 'written by `ari-eventbridge asterisk-config`';

const KEYS = ['http', 'proxy', 'ari', 'users', 'context', 'extensions', 'fallback', 'rescue'];

/** All faults of the nodes and their `asterisk`, as sentences with what was expected and what was given. */
export function asteriskFaults(nodes: unknown): string[] {
  const faults = [...nodeFaults(nodes), ...nodeKeyFaults(nodes), ...nodeSettingsFaults(nodes)];
  // Options that depend on `url` and `apps` can be checked only when these are valid.
  if (faults.length > 0) return faults;
  return (nodes as AsteriskNode[]).flatMap((node, index) => optionsFaults(`${nodeLabel(node, index)}: asterisk`, node));
}

/** Warnings about valid options with consequences that may be unexpected. */
export function asteriskWarnings({ url, asterisk = {} }: AsteriskNode): string[] {
  const { enabled, tlsenable, bindaddr } = completeHttp(url, asterisk.http);
  const handlers = completeUser('handlers', asterisk.users?.handlers);
  const warnings: string[] = [];
  if (!enabled)
    warnings.push('http.enabled is false: the connector cannot connect, and every caller goes to the fallback');
  if (asterisk.ari?.enabled === false) {
    warnings.push('ari.enabled is false: the connector cannot connect, and every caller goes to the fallback');
  }
  if (enabled && !tlsenable && !/^(127\.|::1$)/.test(bindaddr)) {
    warnings.push(`plain HTTP on ${bindaddr} and no TLS: passwords cross the network unencrypted`);
  }
  if (handlers.read_only)
    warnings.push('users.handlers.read_only is true: Asterisk refuses every command of the call handlers');
  for (const role of ['connector', 'handlers'] as const) {
    if (completeUser(role, asterisk.users?.[role]).password_format === 'plain') {
      warnings.push(`users.${role}.password_format is plain: the password can be read in ari.conf`);
    }
  }
  return warnings;
}

/**
 * Renders one file of a node.
 *
 * @param passwords for ari.conf
 * @param existing the current ari.conf, if there is one
 * @throws on names or passwords that cannot be written in ari.conf
 */
export function renderFile(file: FileName, node: AsteriskNode, passwords?: NodePasswords, existing?: string): string {
  const { name, url, apps, asterisk = {} } = node;
  if (file === 'http.conf') return headed(file, name, 'module reload http', httpConf(url, asterisk.http));
  if (file === 'extensions.conf') return headed(file, name, 'dialplan reload', extensionsConf(apps, asterisk));
  const text = ariConf(asterisk.ari, asterisk.users, checked(name, passwords), existing);
  return headed(file, name, 'module reload res_ari.so', text);
}

function headed(file: string, node: string, reload: string, text: string, use = usedAlone(file)): string {
  return `; ${file} of ${node}, ${WRITTEN}: do not edit, but write it again.
; ${use}.
; In effect after: asterisk -rx '${reload}'

${text}`;
}

/** With two [general] sections Asterisk uses the first one of http.conf, and none of ari.conf. */
function usedAlone(file: string): string {
  if (file === 'extensions.conf') return `Use it as ${file}, or \`#include\` it from ${file}`;
  return `Use it as ${file}; with your own ${file}, write the files with --layout merge instead`;
}

/** The files that are included into those of an Asterisk that is configured already. */
export const PARTS = ['users', 'ari', 'extensions'] as const;
export type PartName = (typeof PARTS)[number];

/** Whose files they are included into: those of Asterisk, or those that FreePBX leaves to its users. */
export type Layout = 'merge' | 'freepbx';

/** A file that another one includes. */
export interface Part {
  /** `ari-eventbridge-users.conf` */
  file: string;
  /** The file that includes it. */
  into: string;
}

const TARGETS: Record<Layout, Record<PartName, string>> = {
  merge: { users: 'ari.conf', ari: 'ari.conf', extensions: 'extensions.conf' },
  freepbx: {
    users: 'ari_additional_custom.conf',
    ari: 'ari_general_custom.conf',
    extensions: 'extensions_custom.conf',
  },
};

/** Names of a part, and of the file that includes it. */
export function partOf(name: PartName, layout: Layout): Part {
  return { file: `ari-eventbridge-${name}.conf`, into: TARGETS[layout][name] };
}

/**
 * Renders one part of a node.
 *
 * @param passwords for the users
 * @param existing the current file of the users, if there is one
 * @throws on names or passwords that cannot be written in ari.conf
 */
export function renderPart(
  name: PartName,
  layout: Layout,
  { name: node, apps, asterisk = {} }: AsteriskNode,
  passwords?: NodePasswords,
  existing?: string,
): string {
  const { file, into } = partOf(name, layout);
  const use = `\`#include\` it at the end of ${into}`;
  if (name === 'extensions') return headed(file, node, 'dialplan reload', extensionsConf(apps, asterisk), use);
  const reload = 'module reload res_ari.so';
  if (name === 'ari') return headed(file, node, reload, ariAddition(asterisk.ari), use);
  return headed(file, node, reload, ariUsers(asterisk.users, checked(node, passwords), existing), use);
}

function checked(node: string, passwords: NodePasswords | undefined): NodePasswords {
  if (!passwords) throw new Error('ari.conf: expected the users’ passwords, got none');
  const faults = passwordFaults(`node ${show(node)}`, passwords);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return passwords;
}

function optionsFaults(at: string, { url, apps, asterisk }: AsteriskNode): string[] {
  if (asterisk === undefined) return dialplanFaults(at, apps, {});
  if (!isJsonObject(asterisk)) return [`${at}: expected an object of options, got ${show(asterisk)}`];
  const unknown = Object.keys(asterisk).filter((key) => !KEYS.includes(key));
  const users: unknown = asterisk.users ?? {};
  const faultsOfHttp = httpFaults(`${at}.http`, url, asterisk.http);
  return [
    ...unknown.map((key) => `${at}: there is no option ${show(key)}; there are ${KEYS.join(', ')}`),
    ...(asterisk.proxy === undefined || typeof asterisk.proxy === 'boolean'
      ? []
      : [`${at}.proxy: expected true or false, got ${show(asterisk.proxy)}`]),
    ...(faultsOfHttp.length > 0 || asterisk.proxy === true
      ? faultsOfHttp
      : httpContradictions(`${at}.http`, url, asterisk.http as HttpOptions | undefined)),
    ...ariFaults(`${at}.ari`, asterisk.ari),
    ...(isJsonObject(users)
      ? Object.entries(users).flatMap(([role, given]) =>
          role === 'connector' || role === 'handlers'
            ? userFaults(`${at}.users.${role}`, given)
            : [`${at}.users: there is no user ${show(role)}; there are connector, handlers`],
        )
      : [`${at}.users: expected an object with connector and handlers, got ${show(users)}`]),
    ...dialplanFaults(at, apps, asterisk),
  ];
}
