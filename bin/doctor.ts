import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCaFile } from '../lib/ari/ca-file.ts';
import { type Credentials, parseCredentials } from '../lib/ari/credentials.ts';
import { type AriNode, nodeFaults, userSecretName } from '../lib/ari/node.ts';
import { onBus } from '../lib/asterisk/doctor/bus.ts';
import type { Role } from '../lib/asterisk/doctor/examination.ts';
import { examine } from '../lib/asterisk/doctor/examine.ts';
import { type Finding, type Verdict, worstOf } from '../lib/asterisk/doctor/finding.ts';
import { examineFromLambda } from '../lib/asterisk/doctor/invoke.ts';
import { report } from '../lib/asterisk/doctor/report.ts';
import { readSecret } from '../lib/aws/secrets-manager.ts';
import { configuredNodes } from './configured-nodes.ts';
import { readPasswords } from './passwords-file.ts';

const USAGE = `Examines an Asterisk server from the outside, and prints the lines to add to its configuration files.

  ari-eventbridge doctor --node NAME      a node of cdk.json; optional where cdk.json has only one
  ari-eventbridge doctor --url URL        any other server, such as https://pbx.example.com:8089/ari

  --apps A,B                with --url: the apps that the connector subscribes to
  --ca-file FILE            with --url: the private CA of the server's certificate

The ARI users. Passwords are never arguments; a user that is not given is not examined:

  --from-secrets            from Secrets Manager, under the names that the stacks gave the secrets
  --connector-secret ID     the connector's user, from another secret
  --handlers-secret ID      the handlers' user, from another secret
  --passwords FILE          from a file of mode 600, as asterisk-config writes it; with --url, --node names the node
  --connector-user NAME     password in the variable ARI_CONNECTOR_PASSWORD  (default: connector)
  --handlers-user NAME      password in the variable ARI_HANDLERS_PASSWORD  (default: handlers)

What to examine, and from where:

  --calls                   allows a channel that calls nobody, through which more options can be read
  --bus NAME                sends an event and waits for it on this bus, with a temporary rule and queue
  --from lambda             examines from a deployed function, on the handlers' network path
  --function NAME           that function's name or ARN
  --json                    prints one JSON document instead of lines

Exit code: 0 no findings, 1 warnings, 2 errors, 3 could not examine.
`;

const OPTIONS = {
  node: { type: 'string' },
  url: { type: 'string' },
  apps: { type: 'string', default: '' },
  'ca-file': { type: 'string' },
  'connector-secret': { type: 'string' },
  'handlers-secret': { type: 'string' },
  'from-secrets': { type: 'boolean', default: false },
  passwords: { type: 'string' },
  'connector-user': { type: 'string', default: 'connector' },
  'handlers-user': { type: 'string', default: 'handlers' },
  calls: { type: 'boolean', default: false },
  bus: { type: 'string' },
  from: { type: 'string' },
  function: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const parse = (args: string[]) => parseArgs({ args, options: OPTIONS }).values;
type Values = ReturnType<typeof parse>;

const EXIT_CODES: Record<Verdict, number> = { ok: 0, skipped: 0, warning: 1, error: 2 };
const COULD_NOT_LOOK = 3;

/** `ari-eventbridge doctor`: prints each finding as it is made, and sets the exit code. */
export async function doctor(args: string[], root: string, signal: AbortSignal): Promise<void> {
  try {
    const values = parse(args);
    if (values.help) {
      process.stdout.write(USAGE);
      return;
    }
    const node = await nodeOf(values, root);
    const findings: Finding[] = [];
    const looked = kept(look(values, node, signal), findings);
    if (values.json) {
      await Array.fromAsync(looked);
      process.stdout.write(`${JSON.stringify({ node: node.name, url: node.url, findings }, null, 2)}\n`);
    } else {
      for await (const lines of report(looked)) process.stdout.write(lines);
    }
    process.exitCode = signal.aborted ? COULD_NOT_LOOK : EXIT_CODES[worstOf(findings)];
  } catch (error) {
    process.stderr.write(`ari-eventbridge doctor: ${(error as Error).message}\n`);
    process.exitCode = COULD_NOT_LOOK;
  }
}

async function* kept(findings: AsyncIterable<Finding>, all: Finding[]): AsyncGenerator<Finding> {
  for await (const finding of findings) {
    all.push(finding);
    yield finding;
  }
}

async function* look(values: Values, node: AriNode, signal: AbortSignal): AsyncGenerator<Finding> {
  const { calls, bus, from } = values;
  if (from !== undefined) {
    if (from !== 'lambda') throw new Error(`expected --from lambda, got --from ${from}`);
    if (values.function === undefined) throw new Error('--from lambda: expected --function NAME as well');
    yield* await examineFromLambda(values.function, { node: node.name, calls }, signal);
    return;
  }
  const ca = readCaFile(node);
  const users = await usersOf(values, node.name);
  const { url, apps } = node;
  const patient = { url, apps, users, calls, ...(ca !== undefined && { ca }) };
  yield* examine(patient, { signal, more: bus === undefined ? [] : [onBus(bus)] });
}

async function nodeOf(values: Values, root: string): Promise<AriNode> {
  const { url, apps, 'ca-file': caFile } = values;
  if (url !== undefined) {
    // http:// is allowed here: the report warns about it.
    const node = { name: values.node ?? 'url', url, apps: apps.split(',').filter(Boolean), allowPlainHttp: true };
    const given: AriNode = caFile === undefined ? node : { ...node, caFile };
    const faults = nodeFaults([{ ...given, apps: ['none'] }]);
    if (faults.length > 0) throw new Error(faults.join('; ').replace(`node "${node.name}": `, '--url: '));
    return given;
  }
  const nodes = await configuredNodes(root);
  const faults = nodeFaults(nodes);
  if (faults.length > 0) throw new Error(`cdk.json, context key \`nodes\`: ${faults.join('; ')}`);
  const known = nodes.map(({ name }) => name).join(', ');
  if (values.node === undefined && nodes.length > 1) throw new Error(`expected --node NAME, one of ${known}`);
  const node = values.node === undefined ? nodes[0] : nodes.find(({ name }) => name === values.node);
  if (!node) throw new Error(`expected --node to be one of ${known}, got "${values.node}"`);
  // In cdk.json the path is relative to that file.
  return node.caFile === undefined ? node : { ...node, caFile: resolve(root, node.caFile) };
}

async function usersOf(values: Values, node: string): Promise<Partial<Record<Role, Credentials>>> {
  const file: Partial<Record<Role, Credentials>> | undefined =
    values.passwords === undefined ? {} : await readPasswords(values.passwords, node);
  if (!file)
    throw new Error(`${values.passwords}: expected a file with the users of "${node}", found no such file or node`);
  const user = async (role: Role): Promise<Credentials | undefined> => {
    const named = values['from-secrets'] ? userSecretName(node, role) : undefined;
    const secretId = values[`${role}-secret`] ?? named;
    if (secretId !== undefined) return parseCredentials(secretId, await readSecret(secretId));
    const password = process.env[`ARI_${role.toUpperCase()}_PASSWORD`];
    return file[role] ?? (password ? { username: values[`${role}-user`], password } : undefined);
  };
  const [connector, handlers] = await Promise.all([user('connector'), user('handlers')]);
  return { ...(connector && { connector }), ...(handlers && { handlers }) };
}
