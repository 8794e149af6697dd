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

const USAGE = `Examines an Asterisk from the outside in, and says what to write into which file.

  ari-eventbridge doctor --node NAME      a node of cdk.json; may be left out where there is but one
  ari-eventbridge doctor --url URL        any other; URL such as https://pbx.example.com:8089/ari

  --apps A,B                the apps that are to be listened to, with --url
  --ca-file FILE            the private authority of its certificate, with --url

The users, whose passwords no argument ever holds; those that are not given are not examined:

  --from-secrets            from Secrets Manager, by the names that the stacks gave them
  --connector-secret ID     from another secret: the user that listens
  --handlers-secret ID      from another secret: the user that commands
  --passwords FILE          from a file of mode 600, as asterisk-config makes it; with --url, --node says of which node
  --connector-user NAME     from the environment: its password in ARI_CONNECTOR_PASSWORD  (default: connector)
  --handlers-user NAME      from the environment: its password in ARI_HANDLERS_PASSWORD  (default: handlers)

How far to go, and from where:

  --calls                   allows a channel that calls nobody, through which more options can be read
  --bus NAME                sends an event and looks for it on this bus, by a rule and a queue that are removed again
  --from lambda             has a deployed function look, where the network path of the handlers begins
  --function NAME           that function's name or ARN
  --json                    one JSON document in place of lines

Exit code: 0 nothing wrong, 1 something to think about, 2 something wrong, 3 could not look.
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

/** `ari-eventbridge doctor`: prints the report as it comes, and sets the exit code. */
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
    if (values.function === undefined) throw new Error('expected --function NAME beside --from lambda');
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
    // Who types http:// here has seen it; the report says what it means.
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
  // In cdk.json it is named relative to that file.
  return node.caFile === undefined ? node : { ...node, caFile: resolve(root, node.caFile) };
}

async function usersOf(values: Values, node: string): Promise<Partial<Record<Role, Credentials>>> {
  const file: Partial<Record<Role, Credentials>> | undefined =
    values.passwords === undefined ? {} : await readPasswords(values.passwords, node);
  if (!file) throw new Error(`${values.passwords}: expected the users of "${node}", found no such file or node`);
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
