import { parseArgs } from 'node:util';
import { type NodePasswords, passwordFaults } from '../lib/asterisk/ari-conf.ts';
import {
  type AsteriskNode,
  asteriskFaults,
  asteriskWarnings,
  FILES,
  type FileName,
  renderFile,
} from '../lib/asterisk/asterisk-node.ts';
import { existingFile, writeConf } from './conf-files.ts';
import { configuredNodes } from './configured-nodes.ts';
import { pushNodeSecrets, readNodeSecrets } from './node-secrets.ts';
import { addPasswords, readPasswords } from './passwords-file.ts';
import { prompt } from './prompt.ts';

const USAGE = `Writes http.conf, ari.conf and extensions.conf for a node of cdk.json.

  npx ari-eventbridge asterisk-config [FILE…] [OPTIONS]

  FILE              http.conf, ari.conf or extensions.conf  (default: all three)
  --node NAME       the node; required where cdk.json has several
  --output FOLDER   writes to a folder instead of standard output; shows the difference and asks before it
                    overwrites a file
  --overwrite       overwrites without asking

Where the users' passwords come from (ari.conf gets only their SHA-512 crypt hashes):

  --from-secrets    from Secrets Manager, which generated them when the stacks were deployed
  --passwords FILE  from a file, without AWS; missing passwords are generated and added, with mode 600

For users that exist in Asterisk already; writes no file of Asterisk's:

  --push-secrets    stores in Secrets Manager the names and passwords that you type, or those of --passwords FILE

The AWS account and region are those of the environment, as for cdk deploy.
`;

const OPTIONS = {
  node: { type: 'string' },
  output: { type: 'string' },
  overwrite: { type: 'boolean', default: false },
  'from-secrets': { type: 'boolean', default: false },
  'push-secrets': { type: 'boolean', default: false },
  passwords: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

/** Where the command writes. */
export interface Output {
  /** Writes the result. */
  say(text: string): void;
  /** Writes warnings and progress. */
  note(text: string): void;
}

const TERMINAL: Output = {
  say: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
};

/**
 * `ari-eventbridge asterisk-config`.
 *
 * @param root the folder with cdk.json
 * @throws also when a file was not overwritten
 */
export async function asteriskConfig(args: string[], root: string, { say, note }: Output = TERMINAL): Promise<void> {
  const { values, positionals } = parse(args);
  if (values.help) return say(USAGE);
  const files = filesOf(positionals);
  checkCombination(values, positionals, files);
  const node = await nodeOf(root, values.node);
  if (values['push-secrets']) return pushSecrets(node.name, values.passwords, say);

  for (const warning of asteriskWarnings(node)) note(`warning: ${node.name}: ${warning}\n`);
  const passwords = files.includes('ari.conf') ? await passwordsOf(node.name, values, note) : undefined;
  if (values.output === undefined) {
    say(files.map((file) => renderFile(file, node, passwords)).join('\n'));
    return;
  }
  const kept: string[] = [];
  for (const file of files) {
    const text = renderFile(file, node, passwords, await existingFile(values.output, file));
    if (!(await writeConf(values.output, file, text, (path) => mayOverwrite(path, values.overwrite), say)))
      kept.push(file);
  }
  if (kept.length > 0) throw new Error(`not overwritten: ${kept.join(', ')}; use --overwrite to write without asking`);
}

async function mayOverwrite(path: string, overwrite: boolean): Promise<boolean> {
  if (overwrite || !process.stdin.isTTY) return overwrite;
  return /^y(es)?$/i.test((await prompt(`Overwrite ${path}? [y/N] `)).trim());
}

async function passwordsOf(node: string, values: Values, note: Output['note']): Promise<NodePasswords> {
  const { passwords: file } = values;
  if (file === undefined) return readNodeSecrets(node);
  const found = await readPasswords(file, node);
  if (found) return found;
  const made = await addPasswords(file, node);
  note(`${file}: added generated passwords for ${node}\n`);
  return made;
}

async function pushSecrets(node: string, file: string | undefined, say: Output['say']): Promise<void> {
  const users = file === undefined ? await typedUsers(node) : await readPasswords(file, node);
  if (!users) throw new Error(`${file}: expected an existing file with the users of ${JSON.stringify(node)}`);
  const faults = passwordFaults(`node "${node}"`, users);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  for (const name of await pushNodeSecrets(node, users)) say(`${name}: stored in Secrets Manager\n`);
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

function filesOf(names: string[]): FileName[] {
  for (const name of names) {
    if (!FILES.includes(name as FileName)) throw new Error(`expected files among ${FILES.join(', ')}, got "${name}"`);
  }
  return FILES.filter((file) => names.length === 0 || names.includes(file));
}

function checkCombination(values: Values, named: readonly string[], files: readonly FileName[]): void {
  const { output, overwrite, passwords } = values;
  const [from, push] = [values['from-secrets'], values['push-secrets']];
  if (push && (from || output !== undefined || overwrite || named.length > 0)) {
    throw new Error('--push-secrets writes no files: it cannot be combined with FILE, --from-secrets or --output');
  }
  if (from && passwords !== undefined) throw new Error('expected one of --from-secrets and --passwords FILE, got both');
  if (!push && !from && passwords === undefined && files.includes('ari.conf')) {
    throw new Error(
      'ari.conf: expected --from-secrets or --passwords FILE, for the users and their passwords; see --help',
    );
  }
  if (overwrite && output === undefined) throw new Error('--overwrite: expected --output FOLDER as well');
}

function parse(args: string[]) {
  return parseArgs({ args, options: OPTIONS, allowPositionals: true });
}
