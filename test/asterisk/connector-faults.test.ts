import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AppLink } from '../../connector/asterisk/app-link.ts';
import type { Credentials } from '../../lib/ari/credentials.ts';
import { createLog } from '../../lib/log.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { freePort } from '../support/free-port.ts';
import { LocalAws } from '../support/local-aws.ts';
import { Recorder } from '../support/recorder.ts';
import { until } from '../support/until.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const BUS = 'calls';
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:connector';
const USER: Credentials = { username: 'connector', password: 'right-password' };

let asterisk: RealAsterisk;
let aws: LocalAws;
let connector: ConnectorProcess | undefined;
let journalFolder: string;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([{ ...USER, readOnly: true }]);
  await asterisk.start();
});

beforeEach(async () => {
  aws = await LocalAws.open({ [SECRET]: USER }, { busNames: [BUS] });
  journalFolder = await mkdtemp(join(tmpdir(), 'journal-'));
});

afterEach(async () => {
  await connector?.stop();
  connector = undefined;
  await aws.close();
  await rm(journalFolder, { recursive: true, force: true });
});

afterAll(() => asterisk?.stop());

function connect(node: object = {}): ConnectorProcess {
  const usual = { name: 'pbx-1', url: asterisk.url, apps: ['Intro-IVR'], secretId: SECRET };
  connector = new ConnectorProcess({
    ARI_NODES: JSON.stringify([{ ...usual, ...node }]),
    EVENT_BUS_NAME: BUS,
    AWS_ENDPOINT_URL: aws.url,
    JOURNAL_FOLDER: journalFolder,
  });
  return connector;
}

/** Waits for the warning, and checks that it is the only one, on `/readyz` too, while the connector retries. */
async function expectOneClearLine(running: ConnectorProcess, sentence: RegExp): Promise<void> {
  await until(`a warning like ${sentence}`, () => running.warnings.some((warning) => sentence.test(warning)));
  const { status, nodes } = await running.ready();
  expect(status).toBe(503);
  expect(nodes['pbx-1']).toMatch(sentence);
  expect(running.warnings.filter((warning) => sentence.test(warning))).toHaveLength(1);
}

describe.skipIf(!OWN_ASTERISK)(
  'the connector reports in one clear line what is wrong, is not ready, and keeps retrying',
  () => {
    test('with a wrong password; once the secret is right it connects without a restart', async () => {
      aws.putSecret(SECRET, { ...USER, password: 'wrong-password' });
      const running = connect();
      await expectOneClearLine(running, /refused the user "connector" \(401\).*\[connector\] in ari\.conf/);
      expect(JSON.stringify(running.lines)).not.toContain('wrong-password');
      aws.putSecret(SECRET, USER);
      await running.becomesReady();
    });

    test('with a wrong URL', async () => {
      const running = connect({ url: asterisk.url.replace('/ari', '/wrong-prefix/ari') });
      await expectOneClearLine(running, /no ARI at .*\/wrong-prefix\/ari \(404\).*`prefix` in http\.conf/);
    });

    test('with a port that nothing listens on, until something does', async () => {
      const port = await freePort();
      const running = connect({ url: `http://127.0.0.1:${port}/ari` });
      await expectOneClearLine(running, new RegExp(`nothing listens on 127.0.0.1:${port}.*enabled=yes`));
      const late = await SimulatedAsterisk.start({ port, users: [USER] });
      await running.becomesReady();
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
      await until('a 503 and its message', () => link.warnings.some((warning) => warning.includes(booting)));
      await until('the link to connect', () => link.notReady === undefined, 40_000);
      link.stop();
      await running.becomesReady();
    });

    test('with no app: as a fault of the configuration, and with a message for Asterisk’s own response', async () => {
      const running = connect({ apps: [] });
      expect(await running.exited).toBe(1);
      expect(running.lines[0]?.message).toMatch(/expected `apps` to list at least one Stasis application, got \[\]/);

      const link = tightLink([]);
      await until('the message', () => link.notReady?.includes('requires an app (400)'));
      link.stop();
    });
  },
);

/** A link that retries many times a second: Asterisk answers 503 for a moment only. */
function tightLink(apps: string[]): { warnings: string[]; readonly notReady: string | undefined; stop(): void } {
  const warnings: string[] = [];
  const credentials = { get: async () => USER, refresh: async () => USER };
  const link = new AppLink({
    node: { name: 'pbx-1', url: asterisk.url, apps },
    apps,
    nameBeside: (app) => `${app}-beside`,
    credentials,
    emit: () => {},
    log: createLog({}, (line) => warnings.push(line)),
    backoff: { baseMs: 5, capMs: 5 },
  });
  link.start();
  return {
    warnings,
    get notReady() {
      return link.notReady;
    },
    stop: () => void link.stop('the test is over'),
  };
}

test.skipIf(!OWN_ASTERISK)('SIGTERM closes the socket, drains and ends with exit code 0', async () => {
  const recorder = new Recorder();
  await aws.close();
  aws = await LocalAws.open({ [SECRET]: USER }, { busNames: [BUS], onEvent: (event) => recorder.onEvent(event) });
  const running = connect();
  await running.becomesReady();
  expect(await running.stop()).toBe(0);
  expect(recorder.ofType('NodeConnected')).toHaveLength(1);
  expect(running.lines.at(-1)?.message).toBe('Drained');
});
