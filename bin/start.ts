import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { nodeFaults } from '../lib/ari/node.ts';
import { CALL_VARIABLES } from '../lib/ari/verbs-dialplan.ts';
import { sharedContexts } from '../lib/asterisk/armed-extensions.ts';
import type { AsteriskNode } from '../lib/asterisk/asterisk-node.ts';
import { Console } from '../lib/local/console/index.ts';
import { placeCalls } from '../lib/local/demo.ts';
import { LocalSystem, type LocalSystemOptions } from '../lib/local/local-system.ts';
import { Phone } from '../lib/local/phone.ts';
import { Terminal, Trace } from '../lib/local/trace/index.ts';
import { SimulatedAsterisk } from '../lib/simulator/simulated-asterisk.ts';
import { configuredNodes } from './configured-nodes.ts';
import { localDialplan, localExtensions } from './local-dialplan.ts';
import { missingPeer } from './missing-peer.ts';
import { pairsOf } from './pairs.ts';
import type { Session } from './session.ts';

/** The options of the command line, as texts. */
export interface Values {
  asterisk?: string;
  user?: string;
  passwordEnv?: string;
  connectorUser?: string;
  connectorPasswordEnv?: string;
  hop: string;
  rtt: string;
  consolePort?: string;
  console: boolean;
  stack?: string[];
  parameters?: string[];
  ssm?: string[];
  values?: string;
}

/** Runs the app of the folder, until Ctrl-C. */
export async function start(values: Values, { root, signal }: Session): Promise<void> {
  const terminal = new Terminal();
  const trace = new Trace();
  const hints = new Set<string>();
  trace.subscribe((step, change) => {
    if (change === 'moved') return;
    terminal.onStep(step);
    const hint = step.kind === 'invocation' ? missingPeer(new Error(step.error)) : undefined;
    if (hint === undefined || hints.has(hint)) return;
    hints.add(hint);
    terminal.say('local', `${hint} (the AWS SDK is part of Lambda's runtime, but not of this machine)`);
  });
  const options = {
    hopMs: millisecondsOf('hop', values),
    rttMs: millisecondsOf('rtt', values),
    ...templateOptions(values),
  };
  const parts: Run = { root, terminal, trace, signal, options, consolePort: consolePortOf(values) };
  try {
    if (values.asterisk === undefined) await startSimulated(parts);
    else await startReal(values.asterisk, values, parts);
  } catch (error) {
    // An error after Ctrl-C is a result of stopping, not a failure.
    if (!signal.aborted) throw error;
  }
}

/** What all parts of a run need. */
interface Run {
  /** The folder with cdk.json. */
  root: string;
  terminal: Terminal;
  trace: Trace;
  signal: AbortSignal;
  /** Among them the latency that a system in the cloud has, and one on this machine has not. */
  options: LocalSystemOptions;
  /** `false` for no console; `undefined` for the default port, or any free one. */
  consolePort: number | undefined | false;
}

async function startSimulated(run: Run): Promise<void> {
  const { terminal, trace, signal } = run;
  const { system, nodes } = await prepared(run);
  const dialplan: Record<string, string> = Object.assign({}, ...nodes.map(localDialplan));
  const asterisk = await SimulatedAsterisk.start({
    dialplan: Object.assign({}, ...nodes.map(localExtensions)),
    // What a caller cannot hear here, such as a mailbox, is not there: any fallback is the busy tone.
    extensionsConf: sharedContexts('busy'),
    channelVariables: CALL_VARIABLES,
  });
  try {
    terminal.say('asterisk', `simulated, at ${asterisk.url}`);
    await system.connectTo({ url: asterisk.url });
    for (const { connector, handlers } of system.users) {
      asterisk.allow({ ...connector, readOnly: true });
      asterisk.allow(handlers);
    }
    const phone = new Phone(asterisk, Object.keys(dialplan), trace);
    await runSystem(run, system, phone, async () => {
      const say = (line: string): void => terminal.say('caller', line);
      say(`${await placeCalls({ asterisk, phone, trace, dialplan, say, signal })} Ctrl-C stops everything.`);
    });
  } finally {
    await asterisk.stop();
  }
}

async function startReal(url: string, values: Values, run: Run): Promise<void> {
  const { terminal } = run;
  // http:// is allowed here; a deployment needs `allowPlainHttp` of the node.
  const faults = nodeFaults([{ name: 'asterisk', url, apps: ['any'], allowPlainHttp: true }]);
  if (faults.length > 0) throw new Error(`--asterisk ${faults.join('; ')}`);
  const handlers = credentials('user', 'passwordEnv', values);
  const connector =
    values.connectorUser === undefined ? handlers : credentials('connectorUser', 'connectorPasswordEnv', values);

  const { system, nodes } = await prepared(run);
  await system.connectTo({ url, allowPlainHttp: true });
  for (const { name } of nodes) system.useUsers({ node: name, connector, handlers });
  terminal.say('asterisk', `at ${url}`);
  const apps = [...new Set(nodes.flatMap((node) => node.apps))];
  await runSystem(run, system, undefined, async () => {
    terminal.say(
      'caller',
      `Call an extension that runs Stasis(${apps.join(') or Stasis(')}). Ctrl-C stops everything.`,
    );
  });
}

/** The system, and its nodes with what cdk.json says of them besides. */
async function prepared({ root, trace, options }: Run): Promise<{ system: LocalSystem; nodes: AsteriskNode[] }> {
  const configured = await configuredNodes(root);
  const system = await LocalSystem.prepare(root, [], trace, options);
  const { bus } = system.missing;
  if (bus !== undefined) {
    await system.stop();
    throw new Error(bus);
  }
  const nodes = system.nodes.map((node) => ({ ...configured.find(({ name }) => name === node.name), ...node }));
  return { system, nodes };
}

async function runSystem(
  { root, terminal, trace, signal, consolePort }: Run,
  system: LocalSystem,
  phone: Phone | undefined,
  whenReady: () => Promise<void>,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const console = new Console({
    trace,
    ...(phone && { phone }),
    putEvent: (entry) => system.putEvent(entry),
    moduleOf: (fn) => handlerModule(root, fn, system),
  });
  try {
    const connected = Promise.all(system.nodes.map(({ name }) => system.connected(name)));
    const url = await system.start();
    terminal.say('bus', `${system.deployment.busNames.join(', ')}, at ${url}`);
    for (const { title } of system.deployment.functions) terminal.say('function', `${title}, in a process of its own`);
    if (consolePort !== false) terminal.say('console', await console.listen(consolePort));
    await Promise.race([connected, stopped]);
    if (!signal.aborted) {
      await system.watch();
      // Without a connector, no call would arrive.
      if (system.nodes.length > 0) await whenReady();
    }
    await stopped;
  } finally {
    terminal.say('connector', 'stopping');
    await console.close();
    await system.stop();
  }
}

/**
 * The module specifier with which a test in test/ imports a function's handler: the template's entry, or by convention.
 */
function handlerModule(root: string, title: string, { deployment }: LocalSystem): string {
  const entry = deployment.functions.find((fn) => fn.title === title)?.entry;
  const custom = `functions/${title.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}/index.ts`;
  const file = resolve(root, entry ?? custom);
  return existsSync(file) ? relative(join(root, 'test'), file) : './handler.ts';
}

/** What selects the stacks, and gives values that their templates do not contain. */
function templateOptions({ stack = [], parameters = [], ssm = [], values: valuesFile }: Values): LocalSystemOptions {
  if (valuesFile !== undefined && !existsSync(valuesFile)) {
    throw new Error(`--values ${valuesFile}: expected a file, found none`);
  }
  return {
    stacks: stack,
    given: { parameters: pairsOf('--parameters', parameters), ssm: pairsOf('--ssm', ssm) },
    ...(valuesFile !== undefined && { valuesFile }),
  };
}

function consolePortOf({ consolePort: port, console }: Values): number | undefined | false {
  if (!console) return false;
  if (port === undefined) return undefined;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`--console-port: expected a port from 0 (any that is free) to 65535, got ${port}`);
  }
  return Number(port);
}

function millisecondsOf(name: 'hop' | 'rtt', values: Values): number {
  const text = values[name];
  if (!/^\d{1,5}$/.test(text)) throw new Error(`--${name}: expected milliseconds from 0 to 99999, got ${text}`);
  return Number(text);
}

function credentials(
  user: 'user' | 'connectorUser',
  passwordEnv: 'passwordEnv' | 'connectorPasswordEnv',
  values: Values,
): { username: string; password: string } {
  const username = values[user];
  const variable = values[passwordEnv];
  if (username === undefined || variable === undefined) {
    throw new Error(`--asterisk: expected ${flagOf(user)} NAME and ${flagOf(passwordEnv)} VARIABLE as well`);
  }
  const password = process.env[variable];
  if (!password)
    throw new Error(
      `${flagOf(passwordEnv)} ${variable}: expected this environment variable to contain a password, it is empty or not set`,
    );
  return { username, password };
}

/** `passwordEnv` → `--password-env` */
function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
