import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NodeLink } from '../../connector/node-link.ts';
import type { Credentials } from '../../lib/ari/credentials.ts';
import { AwsEndpoint } from '../../lib/local/aws-endpoint.ts';
import { Bus } from '../../lib/local/bus.ts';
import { Secrets } from '../../lib/local/secrets.ts';
import { createLog } from '../../lib/log.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { freePort } from '../support/free-port.ts';
import { Recorder } from '../support/recorder.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const MAIN = fileURLToPath(new URL('../../connector/main.ts', import.meta.url));
const BUS = 'calls';
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:connector';
const USER: Credentials = { username: 'connector', password: 'right-password' };

let asterisk: RealAsterisk;
let endpoint: AwsEndpoint;
let endpointUrl: string;
let secrets: Secrets;
let connector: ConnectorProcess | undefined;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([{ ...USER, readOnly: true }]);
  await asterisk.start();
});

beforeEach(async () => {
  secrets = new Secrets([]);
  secrets.put(SECRET, USER);
  endpoint = new AwsEndpoint(new Bus([BUS], [], { onEvent: () => {}, invoke: () => {} }), secrets);
  endpointUrl = await endpoint.listen();
});

afterEach(async () => {
  await connector?.stop();
  connector = undefined;
  await endpoint.close();
});

afterAll(() => asterisk?.stop());

/** The connector as it runs in its container: a process that is told everything by its environment. */
class ConnectorProcess {
  readonly lines: { level: string; message: string; attempts?: number; healthPort?: number }[] = [];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(nodes: object[]) {
    this.#child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH ?? '',
        ARI_NODES: JSON.stringify(nodes),
        EVENT_BUS_NAME: BUS,
        HEALTH_PORT: '0',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL: endpointUrl,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.exited = new Promise((resolve) => this.#child.once('exit', resolve));
    const output = this.#child.stdout;
    if (output) createInterface({ input: output }).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  /** The connector's warnings, in the order in which it gave them. */
  get warnings(): string[] {
    return this.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  }

  async ready(): Promise<{ status: number; nodes: Record<string, string> }> {
    const port = await until('the health port', () => this.lines.find(({ healthPort }) => healthPort)?.healthPort);
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    const body = (await response.json()) as { nodes: Record<string, string> };
    return { status: response.status, nodes: body.nodes };
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exited;
  }
}

function connect(node: object = {}): ConnectorProcess {
  const usual = { name: 'pbx-1', url: asterisk.url, apps: ['Intro-IVR'], secretId: SECRET };
  connector = new ConnectorProcess([{ ...usual, ...node }]);
  return connector;
}

/** Waits for the warning, and holds it to be the only one, on `/readyz` too, while the connector goes on trying. */
async function expectOneClearLine(running: ConnectorProcess, sentence: RegExp): Promise<void> {
  await until(`a warning like ${sentence}`, () => running.warnings.some((warning) => sentence.test(warning)));
  const { status, nodes } = await running.ready();
  expect(status).toBe(503);
  expect(nodes['pbx-1']).toMatch(sentence);
  expect(running.warnings.filter((warning) => sentence.test(warning))).toHaveLength(1);
}

const becomesReady = (running: ConnectorProcess): Promise<unknown> =>
  until('the connector to be ready', async () => (await running.ready()).status === 200, 40_000);

describe.skipIf(!OWN_ASTERISK)(
  'the connector says in one clear line what is wrong, is not ready, and goes on trying',
  () => {
    test('with a wrong password; once the secret is right it connects without a restart', async () => {
      secrets.put(SECRET, { ...USER, password: 'wrong-password' });
      const running = connect();
      await expectOneClearLine(running, /refused the user "connector" \(401\).*\[connector\] in ari\.conf/);
      expect(JSON.stringify(running.lines)).not.toContain('wrong-password');
      secrets.put(SECRET, USER);
      await becomesReady(running);
    });

    test('with a wrong URL', async () => {
      const running = connect({ url: asterisk.url.replace('/ari', '/wrong-prefix/ari') });
      await expectOneClearLine(running, /no ARI at .*\/wrong-prefix\/ari \(404\).*`prefix` in http\.conf/);
    });

    test('with a port that nothing listens on, until something does', async () => {
      const port = await freePort();
      const running = connect({ url: `http://127.0.0.1:${port}/ari` });
      await expectOneClearLine(running, new RegExp(`nothing listens at 127.0.0.1:${port}.*enabled=yes`));
      const late = await SimulatedAsterisk.start({ port, users: [USER] });
      await becomesReady(running);
      await late.stop();
    });

    test('with a host name that does not exist', async () => {
      const running = connect({ url: 'https://pbx.invalid:8089/ari' });
      await expectOneClearLine(running, /host name of pbx\.invalid:8089 does not resolve/);
    });

    test('with https:// to a port that speaks plain HTTP', async () => {
      const running = connect({ url: asterisk.url.replace('http:', 'https:') });
      await expectOneClearLine(running, /does not speak TLS/);
    });

    test('with a secret that does not exist', async () => {
      const running = connect({ secretId: `${SECRET}-not` });
      await expectOneClearLine(running, /cannot read the secret .*can't find the specified secret/);
    });

    test('while Asterisk is booting (503), and connects when it has booted', async () => {
      await asterisk.stop();
      const running = connect();
      await expectOneClearLine(running, /nothing listens/);
      const booting = 'still booting (503)';
      const link = tightLink(['Intro-IVR']);
      asterisk.launch();
      await until('a 503 and its sentence', () => link.warnings.some((warning) => warning.includes(booting)));
      await until('the link to connect', () => link.notReady === undefined, 40_000);
      link.stop();
      await becomesReady(running);
    });

    test('with no app: as a fault of the configuration, and in a sentence should Asterisk ever say so', async () => {
      const running = connect({ apps: [] });
      expect(await running.exited).toBe(1);
      expect(running.lines[0]?.message).toMatch(/expected `apps` to list at least one Stasis application, got \[\]/);

      const link = tightLink([]);
      await until('the sentence', () => link.notReady?.includes('no app was named (400)'));
      link.stop();
    });
  },
);

/** A link that tries many times a second: Asterisk answers 503 for a moment only. */
function tightLink(apps: string[]): { warnings: string[]; readonly notReady: string | undefined; stop(): void } {
  const warnings: string[] = [];
  const credentials = { get: async () => USER, refresh: async () => USER };
  const ignore = () => {};
  const link = new NodeLink({
    node: { name: 'pbx-1', url: asterisk.url, apps },
    credentials,
    listener: { connected: ignore, disconnected: ignore, event: ignore, rejected: ignore, standingDown: ignore },
    log: createLog({}, (line) => warnings.push(line)),
    backoff: { baseMs: 5, capMs: 5 },
  });
  link.start();
  return {
    warnings,
    get notReady() {
      return link.notReady;
    },
    stop: () => link.stop(),
  };
}

test.skipIf(!OWN_ASTERISK)('SIGTERM closes the socket, drains and ends with exit code 0', async () => {
  const recorder = new Recorder();
  await endpoint.close();
  endpoint = new AwsEndpoint(
    new Bus([BUS], [], { onEvent: (event) => recorder.onEvent(event), invoke: () => {} }),
    secrets,
  );
  endpointUrl = await endpoint.listen();
  const running = connect();
  await becomesReady(running);
  expect(await running.stop()).toBe(0);
  expect(recorder.ofType('NodeConnected')).toHaveLength(1);
  expect(running.lines.at(-1)?.message).toBe('Drained');
});
