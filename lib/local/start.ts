import { parseArgs } from 'node:util';
import { nodeFaults } from '../ari/node.ts';
import { SimulatedAsterisk } from '../simulator/simulated-asterisk.ts';
import { placeCalls } from './demo.ts';
import { LocalSystem } from './local-system.ts';
import { configuredNodes } from './synth.ts';
import { Terminal } from './terminal.ts';

const USAGE = `Runs the system that cdk.json describes on this machine.

  npm start                               a simulated Asterisk, which places calls by itself
  npm start -- --asterisk URL --user NAME --password-env VARIABLE
                                          a real one; URL such as http://127.0.0.1:8088/ari

  --user NAME             the ARI user of the call handlers, a section of ari.conf
  --password-env VARIABLE the environment variable that holds its password
  --connector-user NAME   an ARI user of the connector's own, which may be read_only  (default: the same)
  --connector-password-env VARIABLE

Ctrl-C stops everything.
`;

const OPTIONS = {
  asterisk: { type: 'string' },
  user: { type: 'string' },
  'password-env': { type: 'string' },
  'connector-user': { type: 'string' },
  'connector-password-env': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse>;

/** `npm start`: runs until `signal` is aborted. */
export async function start(args: string[], root: string, signal: AbortSignal): Promise<void> {
  const values = parse(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const terminal = new Terminal();
  try {
    if (values.asterisk === undefined) await startSimulated(root, terminal, signal);
    else await startReal(values.asterisk, values, root, terminal, signal);
  } catch (error) {
    // What Ctrl-C has broken off is no failure.
    if (!signal.aborted) throw error;
  }
}

async function startSimulated(root: string, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const asterisk = await SimulatedAsterisk.start({ onCommand: (command) => terminal.onCommand(command) });
  try {
    terminal.say('asterisk', `simulated, at ${asterisk.url}`);
    const [node] = await configuredNodes(root);
    if (!node) throw new Error('cdk.json: expected at least one node in the context key `nodes`, got none');
    const system = await LocalSystem.prepare(root, [{ ...node, url: asterisk.url }], terminal);
    for (const { connector, handlers } of system.users) {
      asterisk.allow({ ...connector, readOnly: true });
      asterisk.allow(handlers);
    }
    await run(system, [node.name], terminal, signal, async () => {
      await placeCalls(asterisk, terminal, signal);
      terminal.say('caller', 'Both calls were handled. Ctrl-C stops everything.');
    });
  } finally {
    await asterisk.stop();
  }
}

async function startReal(
  url: string,
  values: Values,
  root: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const [configured] = await configuredNodes(root);
  if (!configured) throw new Error('cdk.json: expected at least one node in the context key `nodes`, got none');
  // Who types http:// here has seen it; what is deployed needs `allowPlainHttp` in cdk.json.
  const node = { ...configured, url, allowPlainHttp: true };
  const faults = nodeFaults([node]);
  if (faults.length > 0) throw new Error(`--asterisk ${faults.join('; ')}`);
  const handlers = credentials('user', 'password-env', values);
  const connector =
    values['connector-user'] === undefined ? handlers : credentials('connector-user', 'connector-password-env', values);

  const system = await LocalSystem.prepare(root, [node], terminal);
  system.useUsers({ node: node.name, connector, handlers });
  terminal.say('asterisk', `at ${url}`);
  await run(system, [node.name], terminal, signal, async () => {
    terminal.say(
      'caller',
      `Call an extension that runs Stasis(${node.apps.join(') or Stasis(')}). Ctrl-C stops everything.`,
    );
  });
}

async function run(
  system: LocalSystem,
  nodes: string[],
  terminal: Terminal,
  signal: AbortSignal,
  whenReady: () => Promise<void>,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    const connected = Promise.all(nodes.map((node) => system.connected(node)));
    const url = await system.start();
    terminal.say('bus', `${system.deployment.busNames.join(', ')}, at ${url}`);
    for (const { title } of system.deployment.functions) terminal.say('function', `${title}, in a process of its own`);
    await Promise.race([connected, stopped]);
    if (!signal.aborted) await whenReady();
    await stopped;
  } finally {
    terminal.say('connector', 'stopping');
    await system.stop();
  }
}

function credentials(
  user: 'user' | 'connector-user',
  passwordEnv: 'password-env' | 'connector-password-env',
  values: Values,
): { username: string; password: string } {
  const username = values[user];
  const variable = values[passwordEnv];
  if (username === undefined || variable === undefined) {
    throw new Error(`--asterisk: expected --${user} NAME and --${passwordEnv} VARIABLE beside it`);
  }
  const password = process.env[variable];
  if (!password)
    throw new Error(
      `--${passwordEnv} ${variable}: expected that environment variable to hold a password, it holds nothing`,
    );
  return { username, password };
}

function parse(args: string[]) {
  return parseArgs({ args, options: OPTIONS }).values;
}
