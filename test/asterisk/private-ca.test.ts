import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readCaFile } from '../../lib/ari/ca-file.ts';
import { createAriClient } from '../../lib/ari/client.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { dialWebSocketTransport } from '../../lib/ari/websocket-dial.ts';
import { examine } from '../../lib/asterisk/doctor/examine.ts';
import { nodeClients } from '../../lib/call-handler/nodes.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { freePort } from '../support/free-port.ts';
import { LocalAws } from '../support/local-aws.ts';
import { channelOf, Recorder } from '../support/recorder.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { PrivateAuthority } from './certificate.ts';
import { ASTERISK_ROOT } from './install.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const CONNECTOR = { username: 'connector', password: 'connector-password' };
const HANDLERS = { username: 'handlers', password: 'handlers-password' };
const SECRET = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:';
const BUS = 'calls';
const KEYS = '/etc/asterisk/private-ca';

let asterisk: RealAsterisk;
let url: string;
let port: number;
let authority: PrivateAuthority;
let folder: TemporaryFolder;
let aws: LocalAws;
let recorder: Recorder;
let connector: ConnectorProcess | undefined;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  port = await freePort();
  url = `https://127.0.0.1:${port}/ari`;
  folder = temporaryFolder();
  authority = new PrivateAuthority();
  const stranger = new PrivateAuthority();
  writeFileSync(join(folder.path, 'ca.pem'), authority.ca);
  writeFileSync(join(folder.path, 'other-ca.pem'), stranger.ca);
  stranger.remove();
});

beforeEach(async () => {
  recorder = new Recorder();
  const users = { [`${SECRET}connector`]: CONNECTOR, [`${SECRET}handlers`]: HANDLERS };
  aws = await LocalAws.open(users, { busNames: [BUS], onEvent: (event) => recorder.onEvent(event) });
});

afterEach(async () => {
  await connector?.stop();
  connector = undefined;
  await aws.close();
  await asterisk.stop();
});

afterAll(() => {
  authority?.remove();
  folder?.remove();
  if (OWN_ASTERISK) rmSync(join(ASTERISK_ROOT, KEYS), { recursive: true, force: true });
});

/** Starts Asterisk with a certificate for TLS. */
async function serve(wishes: Parameters<PrivateAuthority['issue']>[0] = {}): Promise<void> {
  const { certificate, key } = authority.issue(wishes);
  mkdirSync(join(ASTERISK_ROOT, KEYS), { recursive: true });
  writeFileSync(join(ASTERISK_ROOT, KEYS, 'asterisk.pem'), certificate + key, { mode: 0o644 });
  const lines = ['tlsenable = yes', `tlsbindaddr = 127.0.0.1:${port}`, `tlscertfile = ${KEYS}/asterisk.pem`];
  asterisk.configure([{ ...CONNECTOR, readOnly: true }, HANDLERS], undefined, { 'http.conf': `${lines.join('\n')}\n` });
  await asterisk.start();
}

const nodeWith = (caFile?: string) => ({
  name: 'pbx-1',
  url,
  apps: ['Intro-IVR'],
  ...(caFile && { caFile: join(folder.path, caFile) }),
});

/** The connector's process; this process gets its AWS environment as well. */
async function startConnector(caFile?: string): Promise<ConnectorProcess> {
  const told = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  for (const [name, value] of Object.entries(told)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const journal = temporaryFolder();
  onTestFinished(() => journal.remove());
  connector = new ConnectorProcess({
    ARI_NODES: JSON.stringify([{ ...nodeWith(caFile), secretId: `${SECRET}connector` }]),
    EVENT_BUS_NAME: BUS,
    AWS_ENDPOINT_URL: aws.url,
    JOURNAL_FOLDER: journal.path,
  });
  return connector;
}

describe.skipIf(!OWN_ASTERISK)('with a certificate of a private CA', () => {
  test('events come over wss and commands go over https, with the CA configured', async () => {
    await serve();
    const running = await startConnector('ca.pem');
    await running.becomesReady();

    const ari = nodeClients({ ARI_NODES: JSON.stringify([{ ...nodeWith('ca.pem'), secretId: `${SECRET}handlers` }]) })(
      'pbx-1',
    );
    onTestFinished(() => ari.close());
    await ari.channels.originate({
      endpoint: 'Local/answers@default',
      extension: 'ivr',
      context: 'default',
      priority: 1,
    });
    const start = await until('its StasisStart on the bus', () => recorder.ofType('StasisStart')[0]);
    const channelId = channelOf(start) as string;
    await ari.channels.answer({ channelId });
    await ari.channels.hangup({ channelId });
    await until('its StasisEnd on the bus', () => recorder.ofType('StasisEnd', channelId)[0]);
    // Of its first start, on an empty disk.
    expect(running.warnings).toEqual(['Events may have been missed: Asterisk does not send them again']);
  });

  test.each<[string, Parameters<PrivateAuthority['issue']>[0], string | undefined, RegExp]>([
    ['has expired', { days: -1 }, 'ca.pem', /it has expired.*tlscertfile of http\.conf/],
    [
      'is for another host',
      { subjectAltName: 'DNS:pbx.elsewhere.example' },
      'ca.pem',
      /it is for DNS:pbx\.elsewhere\.example, not for 127\.0\.0\.1/,
    ],
    ['is signed by a CA that is not trusted', {}, undefined, /its CA is not trusted.*`caFile`/],
    [
      'is signed by another CA than the configured one',
      {},
      'other-ca.pem',
      /`caFile` of the node in cdk\.json has other CAs/,
    ],
  ])('one that %s is refused everywhere with the doctor’s message', async (_, wishes, caFile, sentence) => {
    await serve(wishes);
    const ca = readCaFile(nodeWith(caFile));
    const trust = ca === undefined ? {} : { ca };
    const findings = await Array.fromAsync(examine({ url, apps: [], users: {}, ...trust }));
    const [found] = findings.filter(({ verdict }) => verdict === 'error');
    expect(found).toMatchObject({ check: 'tls', file: expect.any(String), line: expect.any(String) });
    const says = found?.says as string;
    expect(says).toMatch(sentence);

    const credentials = { get: async () => HANDLERS, refresh: async () => HANDLERS };
    const ari = createAriClient(httpTransport({ url, credentials, ...trust }));
    onTestFinished(() => ari.close());
    await expect(ari.asterisk.ping()).rejects.toThrow(says);
    await expect(dialWebSocketTransport({ url, credentials, apps: ['doctor'], ...trust })).rejects.toThrow(says);
    const running = await startConnector(caFile);
    await until('the warning of the connector', () => running.warnings.includes(`Not connected: ${says}`));
  });
});
