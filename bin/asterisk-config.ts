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

const USAGE = `Writes Asterisk's side of what cdk.json says: http.conf, ari.conf and extensions.conf.

  npx ari-eventbridge asterisk-config [FILE…] [OPTIONS]

  FILE              http.conf, ari.conf or extensions.conf  (default: all three)
  --node NAME       the node of cdk.json, where there are several
  --output FOLDER   writes into a folder, rather than to standard output. What stands there already is never
                    overwritten unasked: the difference is shown first
  --overwrite       writes all the same, without asking

The users' passwords, for ari.conf, which gets no more than their SHA-512 crypt form:

  --from-secrets    from Secrets Manager, which made them up when the stacks were deployed
  --passwords FILE  without AWS, from a file; what it does not have yet is made up and added, with mode 600

The other way, for users that Asterisk has already, and without writing any file of Asterisk's:

  --push-secrets    gives Secrets Manager names and passwords that you type, or those of --passwords FILE

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

/** Where the command speaks. */
export interface Voice {
  /** What was asked for. */
  say(text: string): void;
  /** What a person should know beside it. */
  note(text: string): void;
}

const TERMINAL: Voice = {
  say: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
};

/**
 * `ari-eventbridge asterisk-config`.
 *
 * @param root the folder with cdk.json
 * @throws also when a file was left as it is
 */
export async function asteriskConfig(args: string[], root: string, { say, note }: Voice = TERMINAL): Promise<void> {
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
  if (kept.length > 0) throw new Error(`left as it was: ${kept.join(', ')}; --overwrite writes without asking`);
}

async function mayOverwrite(path: string, overwrite: boolean): Promise<boolean> {
  if (overwrite || !process.stdin.isTTY) return overwrite;
  return /^y(es)?$/i.test((await prompt(`Overwrite ${path}? [y/N] `)).trim());
}

async function passwordsOf(node: string, values: Values, note: Voice['note']): Promise<NodePasswords> {
  const { passwords: file } = values;
  if (file === undefined) return readNodeSecrets(node);
  const found = await readPasswords(file, node);
  if (found) return found;
  const made = await addPasswords(file, node);
  note(`${file}: new passwords for ${node}\n`);
  return made;
}

async function pushSecrets(node: string, file: string | undefined, say: Voice['say']): Promise<void> {
  const users = file === undefined ? await typedUsers(node) : await readPasswords(file, node);
  if (!users) throw new Error(`${file}: expected an existing file with the users of ${JSON.stringify(node)}`);
  const faults = passwordFaults(`node "${node}"`, users);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  for (const name of await pushNodeSecrets(node, users)) say(`${name}: stored in Secrets Manager\n`);
}

async function typedUsers(node: string): Promise<NodePasswords> {
  const typed = async (role: 'connector' | 'handlers') => {
    const username =
      (await prompt(`${node}: the ari.conf section of the user for the ${role} [${role}]: `)).trim() || role;
    const password = await prompt(`${node}: the password of ${username} (not shown): `, { hidden: true });
    if (password === '') throw new Error(`expected a password of ${username}, got nothing`);
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
  if (!node) throw new Error(`--node ${name}: cdk.json names ${names}`);
  if (others.length > 0) throw new Error(`expected --node NAME, as cdk.json names several: ${names}`);
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
    throw new Error('--push-secrets writes no files: expected none, nor --from-secrets or --output, beside it');
  }
  if (from && passwords !== undefined) throw new Error('expected one of --from-secrets and --passwords FILE, got both');
  if (!push && !from && passwords === undefined && files.includes('ari.conf')) {
    throw new Error('ari.conf: expected --from-secrets or --passwords FILE, to know its users; --help says more');
  }
  if (overwrite && output === undefined) throw new Error('--overwrite: expected --output FOLDER beside it');
}

function parse(args: string[]) {
  return parseArgs({ args, options: OPTIONS, allowPositionals: true });
}
