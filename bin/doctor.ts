import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readCaFile } from '../lib/ari/ca-file.ts';
import { type Credentials, parseCredentials } from '../lib/ari/credentials.ts';
import { type AriNode, nodeFaults, usersOwner } from '../lib/ari/node.ts';
import { type AsteriskNode, asteriskFaults } from '../lib/asterisk/asterisk-node.ts';
import { onBus } from '../lib/asterisk/doctor/bus.ts';
import type { Role } from '../lib/asterisk/doctor/examination.ts';
import { examine } from '../lib/asterisk/doctor/examine.ts';
import { type Finding, type Verdict, worstOf } from '../lib/asterisk/doctor/finding.ts';
import { examineFromLambda } from '../lib/asterisk/doctor/invoke.ts';
import { report } from '../lib/asterisk/doctor/report.ts';
import { rescuingContext } from '../lib/asterisk/extensions-conf.ts';
import { completeHttp } from '../lib/asterisk/http-conf.ts';
import { readSecret } from '../lib/aws/secrets-manager.ts';
import { configuredNodes, configuredSecrets } from './configured-nodes.ts';
import { missingPeer } from './missing-peer.ts';
import { readPasswords } from './passwords-file.ts';
import { ExitError, type Session } from './session.ts';

/** What commander makes of the options. */
interface Values {
  node?: string;
  url?: string;
  apps?: string;
  caFile?: string;
  fromSecrets?: true;
  connectorSecret?: string;
  handlersSecret?: string;
  passwords?: string;
  connectorUser: string;
  handlersUser: string;
  calls?: true;
  bus?: string;
  from?: 'lambda';
  function?: string;
  json?: true;
}

const EXIT_CODES: Record<Verdict, number> = { ok: 0, skipped: 0, warning: 1, error: 2 };
const COULD_NOT_LOOK = 3;

/** `ari-eventbridge doctor`: prints each finding as it is made; the exit code is that of the worst. */
export function doctor(command: Command, session: Session): void {
  command
    .optionsGroup('The server:')
    .option('--node <name>', 'a node of cdk.json; may be left out where cdk.json has one only')
    .option('--url <url>', 'any other server, such as https://pbx.example.com:8089/ari')
    .option('--apps <names>', 'with --url: the apps that the connector subscribes to, with commas between')
    .option('--ca-file <file>', "with --url: the private CA of the server's certificate")
    .optionsGroup('The ARI users. Passwords are never arguments; a user that is not given is not examined:')
    .option('--from-secrets', 'from Secrets Manager, under the names that the stacks gave the secrets')
    .option('--connector-secret <id>', "the connector's user, from another secret")
    .option('--handlers-secret <id>', "the handlers' user, from another secret")
    .option(
      '--passwords <file>',
      'from a file of mode 600, as asterisk-config writes it; with --url, --node names the node',
    )
    .option('--connector-user <name>', 'password in the variable ARI_CONNECTOR_PASSWORD', 'connector')
    .option('--handlers-user <name>', 'password in the variable ARI_HANDLERS_PASSWORD', 'handlers')
    .optionsGroup('What to examine, and from where:')
    .option('--calls', 'allows a channel that calls nobody, through which more options can be read')
    .option('--bus <name>', 'sends an event and waits for it on this bus, with a temporary rule and queue')
    .addOption(
      new Option('--from <place>', "examines from a deployed function, on the handlers' network path").choices([
        'lambda',
      ]),
    )
    .option('--function <name>', "that function's name or ARN")
    .optionsGroup('Output:')
    .option('--json', 'prints one JSON document instead of lines')
    .addHelpText(
      'after',
      '\nExit code: 0 no findings, 1 warnings, 2 errors, 3 could not examine, or without a user only little.',
    )
    .action(async (values: Values) => {
      const exitCode = await examined(values, session).catch((error: Error) => {
        throw new ExitError(missingPeer(error) ?? error.message, COULD_NOT_LOOK);
      });
      if (exitCode !== 0) throw new ExitError('', exitCode);
    });
}

async function examined(values: Values, { root, signal, say }: Session): Promise<number> {
  const node = await nodeOf(values, root);
  const findings: Finding[] = [];
  const looked = kept(look(values, node, root, signal), findings);
  if (values.json) {
    await Array.fromAsync(looked);
    say(`${JSON.stringify({ node: node.name, url: node.url, findings }, null, 2)}\n`);
  } else {
    for await (const lines of report(looked)) say(lines);
  }
  return signal.aborted || sawNoUser(findings) ? COULD_NOT_LOOK : EXIT_CODES[worstOf(findings)];
}

/** Without a user most cannot be examined, and what can be says little. Where something is wrong, that is the result. */
function sawNoUser(findings: readonly Finding[]): boolean {
  const users = findings.filter(({ check }) => check === 'connector' || check === 'handlers');
  return users.length > 0 && users.every(({ verdict }) => verdict === 'skipped') && worstOf(findings) !== 'error';
}

async function* kept(findings: AsyncIterable<Finding>, all: Finding[]): AsyncGenerator<Finding> {
  for await (const finding of findings) {
    all.push(finding);
    yield finding;
  }
}

async function* look(values: Values, node: AsteriskNode, root: string, signal: AbortSignal): AsyncGenerator<Finding> {
  const { calls = false, bus, from } = values;
  const { tlscertfile, tlsprivatekey, sessionlimit } = completeHttp(node.url, node.asterisk?.http);
  const configured = {
    rescueContext: rescuingContext(node),
    verbs: node.asterisk !== undefined,
    http: { tlscertfile, sessionlimit, ...(tlsprivatekey !== undefined && { tlsprivatekey }) },
  };
  if (from !== undefined) {
    if (values.function === undefined) throw new Error('--from lambda: expected --function NAME as well');
    yield* await examineFromLambda(values.function, { node: node.name, calls, ...configured }, signal);
    return;
  }
  const ca = readCaFile(node);
  const users = await usersOf(values, node, root);
  const { url, apps } = node;
  const patient = { url, apps, users, calls, ...configured, ...(ca !== undefined && { ca }) };
  yield* examine(patient, { signal, more: bus === undefined ? [] : [onBus(bus)] });
}

async function nodeOf(values: Values, root: string): Promise<AsteriskNode> {
  const { url, apps = '', caFile } = values;
  if (url !== undefined) {
    // http:// is allowed here: the report warns about it.
    const node = { name: values.node ?? 'url', url, apps: apps.split(',').filter(Boolean), allowPlainHttp: true };
    const given: AriNode = caFile === undefined ? node : { ...node, caFile };
    const faults = nodeFaults([{ ...given, apps: ['none'] }]);
    if (faults.length > 0) throw new Error(faults.join('; ').replace(`node "${node.name}": `, '--url: '));
    return given;
  }
  const nodes = await configuredNodes(root);
  const faults = asteriskFaults(nodes);
  if (faults.length > 0) throw new Error(`cdk.json, context key \`nodes\`: ${faults.join('; ')}`);
  const known = nodes.map(({ name }) => name).join(', ');
  if (values.node === undefined && nodes.length > 1) throw new Error(`expected --node NAME, one of ${known}`);
  const node = values.node === undefined ? nodes[0] : nodes.find(({ name }) => name === values.node);
  if (!node) throw new Error(`expected --node to be one of ${known}, got "${values.node}"`);
  // In cdk.json the path is relative to that file.
  return node.caFile === undefined ? node : { ...node, caFile: resolve(root, node.caFile) };
}

async function usersOf(values: Values, node: AsteriskNode, root: string): Promise<Partial<Record<Role, Credentials>>> {
  const owner = usersOwner(node);
  const file: Partial<Record<Role, Credentials>> | undefined =
    values.passwords === undefined ? {} : await readPasswords(values.passwords, owner);
  if (!file)
    throw new Error(`${values.passwords}: expected a file with the users of "${owner}", found no such file or node`);
  const secrets = values.fromSecrets ? await configuredSecrets(root, node) : undefined;
  const user = async (role: Role): Promise<Credentials | undefined> => {
    const secretId = values[`${role}Secret`] ?? secrets?.[role];
    if (secretId !== undefined) return parseCredentials(secretId, await readSecret(secretId));
    const password = process.env[`ARI_${role.toUpperCase()}_PASSWORD`];
    return file[role] ?? (password ? { username: values[`${role}User`], password } : undefined);
  };
  const [connector, handlers] = await Promise.all([user('connector'), user('handlers')]);
  return { ...(connector && { connector }), ...(handlers && { handlers }) };
}
