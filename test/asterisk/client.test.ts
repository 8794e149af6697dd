import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AriClient, createAriClient } from '../../lib/ari/client.ts';
import { type Credentials, type CredentialsProvider, cachedCredentials } from '../../lib/ari/credentials.ts';
import { httpTransport } from '../../lib/ari/http-transport.ts';
import { dialWebSocketTransport } from '../../lib/ari/websocket-dial.ts';
import { freePort } from '../support/free-port.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';
import { type PrivateCertificate, privateCertificate } from './certificate.ts';
import { ASTERISK_ROOT } from './install.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';

const APP = 'client';
const HANDLERS = { username: 'handlers', password: 'the first' };
const LISTENER = { username: 'listener', password: 'p', readOnly: true };
const DIALPLAN = '[default]\nexten => wait,1,Answer()\n same => n,Wait(60)\n';
const SESSION_LIMIT = 12;
const CERTIFICATE_FILE = '/etc/asterisk/test-certificate.pem';

// It is configured, reloaded and stopped by these tests.
describe.skipIf(!OWN_ASTERISK)('the client, with a real Asterisk behind TLS and a prefix,', () => {
  let asterisk: RealAsterisk;
  let certificate: PrivateCertificate;
  let secure: string;
  let plain: string;
  const closing: { close(): void }[] = [];

  const configure = (password: string) =>
    asterisk.configure([{ ...HANDLERS, password }, LISTENER], DIALPLAN, {
      'http.conf': [
        'prefix = pbx',
        `sessionlimit = ${SESSION_LIMIT}`,
        'tlsenable = yes',
        `tlsbindaddr = ${new URL(secure).host}`,
        `tlscertfile = ${CERTIFICATE_FILE}`,
        '',
      ].join('\n'),
    });

  beforeAll(async () => {
    asterisk = await RealAsterisk.prepare();
    secure = `https://127.0.0.1:${await freePort()}/pbx/ari`;
    plain = asterisk.url.replace('/ari', '/pbx/ari');
    certificate = privateCertificate();
    const file = join(ASTERISK_ROOT, CERTIFICATE_FILE);
    writeFileSync(file, certificate.key + certificate.certificate);
    chmodSync(file, 0o644);
    configure(HANDLERS.password);
    await asterisk.start();
  });
  afterEach(() => {
    for (const { close } of closing.splice(0)) close();
  });
  afterAll(() => asterisk?.stop());

  const fixed = (user: Credentials): CredentialsProvider => cachedCredentials(async () => user);

  function overHttp(options: { url?: string; user?: CredentialsProvider; ca?: string } = {}): AriClient {
    const { url = plain, user = fixed(HANDLERS), ca } = options;
    const ari = createAriClient(httpTransport({ url, credentials: user, ...(ca && { ca }) }));
    closing.push(ari);
    return ari;
  }

  async function overWebSocket(options: { url?: string; user?: CredentialsProvider; ca?: string } = {}) {
    const { url = plain, user = fixed(HANDLERS), ca } = options;
    const ended: string[] = [];
    const onEnd = (reason: string) => ended.push(reason);
    const dialled = await dialWebSocketTransport({ url, credentials: user, apps: [APP], onEnd, ...(ca && { ca }) });
    const ari = createAriClient(dialled);
    closing.push(ari);
    return { ari, ended };
  }

  /** A channel in the app, with the socket that it needs. */
  async function inCall(ari: AriClient): Promise<string> {
    const { events, close } = await openEvents(plain, HANDLERS, [APP]);
    closing.push({ close });
    const { id } = await ari.channels.originate({ endpoint: 'Local/wait@default', app: APP });
    await until('its StasisStart', () => events.some(({ type }) => type === 'StasisStart'));
    return id;
  }

  describe('trusts the private CA of `ca`', () => {
    test('over HTTP', async () => {
      expect(await overHttp({ url: secure, ca: certificate.ca }).asterisk.ping()).toMatchObject({ ping: 'pong' });
    });

    test('over the WebSocket', async () => {
      const { ari } = await overWebSocket({ url: secure, ca: certificate.ca });
      expect(await ari.asterisk.ping()).toMatchObject({ ping: 'pong' });
    });

    test('and that of NODE_EXTRA_CA_CERTS, without any option', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ca-'));
      const script = `
        const { createAriClient, cachedCredentials, httpTransport } = await import(process.env.FACE);
        const credentials = cachedCredentials(async () => ({ username: 'handlers', password: process.env.PASSWORD }));
        const ari = createAriClient(httpTransport({ url: process.env.URL, credentials }));
        console.log((await ari.asterisk.ping()).ping);
        ari.close();`;
      writeFileSync(join(folder, 'ca.pem'), certificate.ca);
      const env = {
        ...process.env,
        FACE: pathToFileURL('lib/index.ts').href,
        URL: secure,
        PASSWORD: HANDLERS.password,
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      };
      const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
      const { stdout } = await run.finally(() => rmSync(folder, { recursive: true }));
      expect(stdout).toBe('pong\n');
    });

    test('and no other CA', async () => {
      const refused = overHttp({ url: secure }).asterisk.ping();
      await expect(refused).rejects.toMatchObject({ kind: 'unavailable', status: undefined });
      await expect(refused).rejects.toThrow(/certificate/);
      await expect(overWebSocket({ url: secure })).rejects.toThrow(/certificate/);
    });
  });

  describe('when the password was rotated during a call', () => {
    afterEach(async () => {
      configure(HANDLERS.password);
      await asterisk.cli('module reload res_ari.so');
    });

    test('succeeds with the next commands, and fetches the secret once for all of them', async () => {
      let password = HANDLERS.password;
      let fetched = 0;
      const user = cachedCredentials(async () => {
        fetched += 1;
        return { username: HANDLERS.username, password };
      });
      const ari = overHttp({ user });
      const channelId = await inCall(ari);
      expect(fetched).toBe(1);

      password = 'the second';
      configure(password);
      await asterisk.cli('module reload res_ari.so');
      const [, playback] = await Promise.all([
        ari.channels.setChannelVar({ channelId, variable: 'X', value: '1' }),
        ari.channels.play({ channelId, media: 'sound:beep' }),
        ari.channels.get({ channelId }),
      ]);
      expect(playback).toMatchObject({ target_uri: `channel:${channelId}` });
      await ari.channels.hangup({ channelId });
      expect(fetched).toBe(2);
    });

    test('connects the WebSocket with the new one', async () => {
      let fetched = 0;
      const user = cachedCredentials(async () => {
        fetched += 1;
        return { username: HANDLERS.username, password: fetched === 1 ? 'stale' : HANDLERS.password };
      });
      const { ari } = await overWebSocket({ user });
      expect(await ari.asterisk.ping()).toMatchObject({ ping: 'pong' });
      expect(fetched).toBe(2);
    });

    test('fails when the new one is refused too', async () => {
      const user = fixed({ ...HANDLERS, password: 'wrong' });
      await expect(overHttp({ user }).asterisk.ping()).rejects.toMatchObject({ kind: 'unauthorized', status: 401 });
      await expect(overWebSocket({ user })).rejects.toThrow('refused the user "handlers" (401)');
    });
  });

  test('carries out once a command whose response was lost, and returns the same result', async () => {
    const http = httpTransport({ url: plain, credentials: fixed(HANDLERS) });
    const lost: string[] = [];
    const losing = createAriClient({
      close: () => http.close(),
      async request(request) {
        const answer = await http.request(request);
        const name = `${request.method} ${request.path}`;
        if (request.method === 'GET' || lost.includes(name)) return answer;
        lost.push(name);
        throw new Error('response lost');
      },
    });
    closing.push(losing);
    const ari = overHttp();
    const channelId = await inCall(ari);
    const channelsBefore = (await ari.channels.list()).length;

    const endpoint = 'Local/wait@default';
    const media = { channelId: 'media', app: APP, external_host: '127.0.0.1:9', format: 'ulaw' };
    expect(await losing.channels.originateWithId({ channelId: 'second', endpoint, app: APP })).toMatchObject({
      id: 'second',
    });
    expect(
      await losing.channels.snoopChannelWithId({ channelId, snoopId: 'snoop', app: APP, spy: 'in' }),
    ).toMatchObject({ id: 'snoop' });
    expect(await losing.channels.externalMedia(media)).toMatchObject({ id: 'media' });
    expect(await losing.bridges.createWithId({ bridgeId: 'room' })).toMatchObject({ id: 'room' });
    expect(await ari.channels.list()).toHaveLength(channelsBefore + 4); // a Local channel is two

    await losing.channels.setChannelVar({ channelId, variable: 'X', value: '1' });
    await losing.channels.answer({ channelId });
    await ari.bridges.addChannel({ bridgeId: 'room', channel: channelId });
    await losing.bridges.removeChannel({ bridgeId: 'room', channel: channelId });
    await losing.bridges.destroy({ bridgeId: 'room' });
    await losing.channels.hangup({ channelId });
    const play = losing.channels.playWithId({ channelId: 'second', playbackId: 'p', media: 'sound:silence/5' });
    await expect(play).rejects.toMatchObject({ kind: 'unavailable', status: undefined });
    expect(await ari.playbacks.get({ playbackId: 'p' })).toMatchObject({
      state: expect.stringMatching(/queued|playing/),
    });
    expect(lost).toHaveLength(10);
  });

  test('reports over both transports that a read-only user may not write', async () => {
    const user = fixed(LISTENER);
    for (const ari of [overHttp({ user }), (await overWebSocket({ user })).ari]) {
      expect(await ari.channels.list()).toEqual(expect.any(Array));
      const write = ari.bridges.create();
      await expect(write).rejects.toMatchObject({ kind: 'unauthorized', status: 403 });
      await expect(write).rejects.toThrow('Write access denied');
    }
  });

  test('reports the possible reason when Asterisk has as many connections as sessionlimit allows', async () => {
    const sockets = await Promise.all(
      Array.from({ length: SESSION_LIMIT }, (_, i) => openEvents(plain, HANDLERS, [`filler-${i}`])),
    );
    closing.push(...sockets);
    const refused = overHttp().channels.list();
    await expect(refused).rejects.toMatchObject({ kind: 'unavailable', status: undefined });
    await expect(refused).rejects.toThrow('sessionlimit of http.conf');
    for (const { close } of sockets) close();
    await until('room', () =>
      overHttp()
        .channels.list()
        .then(
          () => true,
          () => false,
        ),
    );
  });

  test('fails pending commands on the WebSocket when Asterisk dies, and all later ones', async () => {
    const { ari, ended } = await overWebSocket();
    const { id: channelId } = await ari.channels.originate({ endpoint: 'Local/wait@default', app: APP });
    await until('the answer', async () => (await ari.channels.get({ channelId })).state === 'Up');
    await ari.channels.play({ channelId, media: 'sound:silence/10' });
    const waits = ari.channels.setChannelVar({ channelId, variable: 'X', value: '1' }); // until the playback's end
    const lost = expect(waits).rejects.toMatchObject({ kind: 'unavailable', status: undefined });
    await asterisk.stop('SIGKILL');
    await lost;
    await until('the end', () => ended.length > 0);
    await expect(ari.asterisk.ping()).rejects.toThrow('the WebSocket is closed');
    await expect(overHttp().asterisk.ping()).rejects.toThrow('ECONNREFUSED');
  });
});
