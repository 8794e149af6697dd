import { Argument, type Command, Option } from 'commander';
import { type UserRole, usersOwner } from '../lib/ari/node.ts';
import { type NodePasswords, passwordFaults, userFaults } from '../lib/asterisk/ari-conf.ts';
import {
  type AsteriskNode,
  asteriskFaults,
  asteriskWarnings,
  FILES,
  type FileName,
  type Layout,
  PARTS,
  partOf,
  renderFile,
  renderPart,
} from '../lib/asterisk/asterisk-node.ts';
import { INSTALL_SCRIPT, type Installed, installScript } from '../lib/asterisk/install-script.ts';
import { existingFile, writeConf } from './conf-files.ts';
import { configuredNodes, configuredSecrets } from './configured-nodes.ts';
import { egressAddress } from './egress-address.ts';
import { pushNodeSecrets, readNodeSecrets } from './node-secrets.ts';
import { addPasswords, readPasswords } from './passwords-file.ts';
import { prompt } from './prompt.ts';
import type { Session } from './session.ts';

/** What commander makes of the options. */
interface Values {
  node?: string;
  output?: string;
  overwrite?: true;
  fromSecrets?: true;
  pushSecrets?: true;
  passwords?: string;
  permit?: string[];
  layout?: Layout;
  usersOnly?: true;
}

/** A file to write. */
interface Output extends Installed {
  /** @param existing the current file, if there is one */
  render(existing?: string): string;
}

/** `ari-eventbridge asterisk-config`; fails also when a file was not overwritten. */
export function asteriskConfig(command: Command, session: Session): void {
  command
    .addArgument(new Argument('[files...]', 'the files to write (default: all three)').choices(FILES))
    .option('--node <name>', 'the node; required where cdk.json has several')
    .option(
      '--output <folder>',
      'writes to a folder instead of standard output; shows the difference and asks before it overwrites a file',
    )
    .option('--overwrite', 'overwrites without asking')
    .addOption(
      new Option(
        '--layout <layout>',
        "for an Asterisk that is configured already: files that its own files include, or FreePBX's *_custom.conf",
      ).choices(['merge', 'freepbx']),
    )
    .option('--users-only', 'only the two users, to be included; with --layout freepbx for FreePBX')
    .option(
      '--permit <addresses...>',
      'addresses and networks that the users may come from (default: with --from-secrets the fixed address of the deployment, else every address)',
    )
    .optionsGroup("Where the users' passwords come from (ari.conf gets only their SHA-512 crypt hashes):")
    .option('--from-secrets', 'from Secrets Manager, which generated them when the stacks were deployed')
    .option('--passwords <file>', 'from a file, without AWS; missing passwords are generated and added, with mode 600')
    .optionsGroup("For users that exist in Asterisk already; writes no file of Asterisk's:")
    .option(
      '--push-secrets',
      'stores in Secrets Manager the names and passwords that you type, or those of --passwords FILE',
    )
    .addHelpText('after', '\nThe AWS account and region are those of the environment, as for cdk deploy.')
    .action((files: FileName[], values: Values) => write(files, values, session));
}

async function write(named: FileName[], values: Values, { root, say, note }: Session): Promise<void> {
  const files = FILES.filter((file) => named.length === 0 || named.includes(file));
  checkCombination(values, named, files);
  const node = await nodeOf(root, values.node);
  if (values.pushSecrets) return pushSecrets(node, values.passwords, root, say);

  for (const warning of asteriskWarnings(node)) note(`warning: ${node.name}: ${warning}\n`);
  const withUsers = files.includes('ari.conf');
  const permit = withUsers ? await permitted(values, node, root, note) : [];
  const passwords = withUsers ? await passwordsOf(node, values, root, note) : undefined;
  const outputs = outputsOf(values, files, permitting(node, permit), passwords);
  if (values.output === undefined) {
    say(outputs.map(({ render }) => render()).join('\n'));
    return;
  }
  const whole = named.length === 0;
  const script = { file: INSTALL_SCRIPT, render: () => installScript(outputs) };
  const kept: string[] = [];
  for (const { file, render } of whole ? [...outputs, script] : outputs) {
    const text = render(await existingFile(values.output, file));
    if (!(await writeConf(values.output, file, text, (path) => mayOverwrite(path, values.overwrite), say)))
      kept.push(file);
  }
  if (kept.length > 0) throw new Error(`not overwritten: ${kept.join(', ')}; use --overwrite to write without asking`);
}

function outputsOf(
  { layout, usersOnly }: Values,
  files: readonly FileName[],
  node: AsteriskNode,
  passwords: NodePasswords | undefined,
): Output[] {
  if (layout === undefined && !usersOnly) {
    return files.map((file) => ({ file, render: (existing) => renderFile(file, node, passwords, existing) }));
  }
  const into: Layout = layout ?? 'merge';
  return PARTS.filter((part) => !usersOnly || part === 'users').map((part) => ({
    ...partOf(part, into),
    render: (existing) => renderPart(part, into, node, passwords, existing),
  }));
}

/** The node, whose users may come from these addresses where it does not say itself from which. */
function permitting(node: AsteriskNode, permit: readonly string[]): AsteriskNode {
  if (permit.length === 0) return node;
  const { asterisk = {} } = node;
  const of = (role: UserRole) => ({ permit: [...permit], ...asterisk.users?.[role] });
  return { ...node, asterisk: { ...asterisk, users: { connector: of('connector'), handlers: of('handlers') } } };
}

async function permitted(
  { permit, fromSecrets }: Values,
  node: AsteriskNode,
  root: string,
  note: Session['note'],
): Promise<string[]> {
  const given = permit ?? [];
  const faults = userFaults('asterisk-config', { permit: given });
  if (faults.length > 0) throw new Error(faults.join('\n'));
  if (permit || !fromSecrets) return given;
  const found = await egressAddress(root, node);
  if (typeof found === 'string') return [found];
  if (found.missing)
    note(`warning: ${found.missing}: ari.conf lets the users come from every address; --permit names others\n`);
  return [];
}

async function mayOverwrite(path: string, overwrite = false): Promise<boolean> {
  if (overwrite || !process.stdin.isTTY) return overwrite;
  return /^y(es)?$/i.test((await prompt(`Overwrite ${path}? [y/N] `)).trim());
}

async function passwordsOf(
  node: AsteriskNode,
  { passwords: file }: Values,
  root: string,
  note: Session['note'],
): Promise<NodePasswords> {
  if (file === undefined) return readNodeSecrets(await configuredSecrets(root, node));
  const owner = usersOwner(node);
  const found = await readPasswords(file, owner);
  if (found) return found;
  const made = await addPasswords(file, owner);
  note(`${file}: added generated passwords for ${owner}\n`);
  return made;
}

async function pushSecrets(
  node: AsteriskNode,
  file: string | undefined,
  root: string,
  say: Session['say'],
): Promise<void> {
  const owner = usersOwner(node);
  const users = file === undefined ? await typedUsers(owner) : await readPasswords(file, owner);
  if (!users) throw new Error(`${file}: expected an existing file with the users of ${JSON.stringify(owner)}`);
  const faults = passwordFaults(`node "${owner}"`, users);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  for (const name of await pushNodeSecrets(await configuredSecrets(root, node), users))
    say(`${name}: stored in Secrets Manager\n`);
}

async function typedUsers(node: string): Promise<NodePasswords> {
  const typed = async (role: 'connector' | 'handlers') => {
    const username =
      (await prompt(`${node}: name (ari.conf section) of the user for the ${role} [${role}]: `)).trim() || role;
    const password = await prompt(`${node}: password of ${username} (not shown): `, { hidden: true });
    if (password === '') throw new Error(`expected a password for ${username}, got an empty line`);
    return { username, password };
  };
  return { connector: await typed('connector'), handlers: await typed('handlers') };
}

async function nodeOf(root: string, name: string | undefined): Promise<AsteriskNode> {
  const nodes: AsteriskNode[] = await configuredNodes(root);
  const faults = asteriskFaults(nodes);
  if (faults.length > 0) {
    throw new Error(`cdk.json: \`nodes\` cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
  const found = name === undefined ? nodes : nodes.filter((node) => node.name === name);
  const [node, ...others] = found;
  const names = nodes.map((each) => each.name).join(', ');
  if (!node) throw new Error(`--node ${name}: expected a node of cdk.json (${names})`);
  if (others.length > 0) throw new Error(`expected --node NAME, as cdk.json has several nodes: ${names}`);
  return node;
}

function checkCombination(values: Values, named: readonly string[], files: readonly FileName[]): void {
  const { output, overwrite, passwords, fromSecrets: from, pushSecrets: push } = values;
  if (push && (from || output !== undefined || overwrite || named.length > 0)) {
    throw new Error('--push-secrets writes no files: it cannot be combined with FILE, --from-secrets or --output');
  }
  if ((values.layout !== undefined || values.usersOnly) && named.length > 0) {
    throw new Error('--layout and --users-only have files of their own: they cannot be combined with FILE');
  }
  if (from && passwords !== undefined) throw new Error('expected one of --from-secrets and --passwords FILE, got both');
  if (!push && !from && passwords === undefined && files.includes('ari.conf')) {
    throw new Error(
      'ari.conf: expected --from-secrets or --passwords FILE, for the users and their passwords; see --help',
    );
  }
  if (overwrite && output === undefined) throw new Error('--overwrite: expected --output FOLDER as well');
}
