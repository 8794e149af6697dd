import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { PASSWORD_PLACE, type Remedy } from '../../lib/ari/connect-failure.ts';
import type { Patient } from '../../lib/asterisk/doctor/examination.ts';
import { examine } from '../../lib/asterisk/doctor/examine.ts';
import type { Finding } from '../../lib/asterisk/doctor/finding.ts';
import { rescuingContext } from '../../lib/asterisk/extensions-conf.ts';
import { freePort } from '../support/free-port.ts';
import { openEvents } from '../support/open-events.ts';
import { PrivateAuthority, type PrivateCertificate } from './certificate.ts';
import { ConfEditor } from './conf-editor.ts';
import { hashOf } from './hash-of.ts';
import { ASTERISK_ROOT } from './install.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { RenderedAsterisk } from './rendered-asterisk.ts';

const CONNECTOR = { username: 'connector', password: 'connector-password', readOnly: true };
const HANDLERS = { username: 'handlers', password: 'handlers-password' };
const KEYS = join(ASTERISK_ROOT, 'etc/asterisk/keys');
const PLACE = '/etc/asterisk/keys';

let asterisk: RealAsterisk;
let tlsPort: number;
let authority: PrivateAuthority;
const editor = new ConfEditor();
let idle: Socket | undefined;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  if (!OWN_ASTERISK) return;
  tlsPort = await freePort();
  authority = new PrivateAuthority();
  mkdirSync(KEYS, { recursive: true });
  put('asterisk.pem', authority.issue());
  put('expired.pem', authority.issue({ days: -1 }));
  put('last-days.pem', authority.issue({ days: 7 }));
  put('elsewhere.pem', authority.issue({ subjectAltName: 'DNS:pbx.elsewhere.example' }));
});

beforeEach(() => {
  editor.restore();
  const http = [
    'session_keep_alive = 15000',
    'tlsenable = yes',
    `tlsbindaddr = 127.0.0.1:${tlsPort}`,
    `tlscertfile = ${PLACE}/asterisk.pem`,
  ];
  asterisk.configure([CONNECTOR, HANDLERS], undefined, { 'http.conf': `${http.join('\n')}\n` });
  for (const { username, password } of [CONNECTOR, HANDLERS]) {
    editor.write(ari(username, 'password', hashOf(password)));
    editor.write(ari(username, 'password_format', 'crypt'));
  }
});

afterEach(async () => {
  idle?.destroy();
  await asterisk.stop();
});

afterAll(() => {
  if (!OWN_ASTERISK) return;
  editor.restore();
  authority?.remove();
  rmSync(KEYS, { recursive: true, force: true });
});

/** Certificate and key in one file, as in the documents. */
function put(name: string, { certificate, key }: PrivateCertificate): void {
  writeFileSync(join(KEYS, name), certificate + key, { mode: 0o644 });
}

/** Starts Asterisk with the current files, and opens one foreign connection. */
async function restart(): Promise<void> {
  idle?.destroy();
  await asterisk.stop();
  await asterisk.start();
  idle = connect(Number(new URL(asterisk.url).port), '127.0.0.1');
  await new Promise<void>((resolve) => idle?.on('connect', () => resolve()).on('error', () => resolve()));
}

async function visit(patient: Partial<Patient>): Promise<Finding[]> {
  const users = { connector: CONNECTOR, handlers: HANDLERS };
  return Array.fromAsync(examine({ url: asterisk.url, apps: [], users, ...patient }));
}

const secure = (): Partial<Patient> => ({ url: `https://127.0.0.1:${tlsPort}/ari`, ca: authority.ca });
const troubles = (findings: Finding[]): Finding[] => findings.filter(({ verdict }) => /error|warning/.test(verdict));
const remediesOf = ({ file, section, option, line, otherwise = [] }: Finding): Remedy[] =>
  file ? [{ file, section, option, line } as Remedy, ...otherwise] : [];

/** The suggested line with the real password, which the doctor does not show. */
function filledIn({ line, ...remedy }: Remedy): Remedy {
  const user = [CONNECTOR, HANDLERS].find(({ username }) => username === remedy.section);
  return { ...remedy, line: line.replace(PASSWORD_PLACE, user?.password ?? '') };
}

describe.skipIf(!OWN_ASTERISK)('a sound installation', () => {
  test('has no errors, over plain HTTP and over TLS with a private CA', async () => {
    await asterisk.start();
    const connector = await openEvents(asterisk.url, CONNECTOR, ['Intro-IVR']);
    for (const how of [{}, secure()]) {
      const findings = await visit({ apps: ['Intro-IVR'], calls: true, ...how });
      expect(troubles(findings)).toEqual([]);
      expect(findings.filter(({ verdict }) => verdict === 'ok').length).toBeGreaterThan(18);
    }
    connector.close();
    const left = async (): Promise<string> => {
      const channels = /^\d+ active channels?/m.exec(await asterisk.cli('core show channels count'));
      const apps = (await asterisk.cli('ari show apps')).split('\n').filter((line) => line.includes('doctor'));
      return [channels?.[0] ?? 'no word', ...apps].join();
    };
    await vi.waitFor(async () => expect(await left()).toBe('0 active channels'), { timeout: 20_000, interval: 100 });
  });
});

describe.skipIf(!OWN_ASTERISK)('what asterisk-config renders', () => {
  test('has no errors, including the options that only a channel shows', async () => {
    const users = { connector: CONNECTOR, handlers: HANDLERS };
    const rendered = await RenderedAsterisk.prepare(users);
    onTestFinished(() => rendered.end());
    await rendered.start({});
    const rescueContext = rescuingContext(rendered.node);
    const patient = { url: rendered.server.url, apps: [], users, calls: true, rescueContext, verbs: true };
    const findings = await Array.fromAsync(examine(patient));
    expect(troubles(findings)).toEqual([]);
    for (const check of ['channel', 'channelvars', 'write-timeout', 'password-format', 'rescue', 'verbs']) {
      expect(findings).toContainEqual(expect.objectContaining({ check, verdict: 'ok' }));
    }
  });
});

describe.skipIf(!OWN_ASTERISK)('options that only a channel shows', () => {
  test('are skipped without one', async () => {
    await asterisk.start();
    const findings = await visit({});
    const unseen = findings.filter(({ verdict, line }) => verdict === 'skipped' && line).map(({ option }) => option);
    expect(unseen).toEqual(['channelvars', 'websocket_write_timeout', 'password_format']);
  });

  test('include a dialplan without the rescue', async () => {
    await asterisk.start();
    const findings = await visit({ calls: true, rescueContext: 'default' });
    expect(troubles(findings)).toMatchObject([
      { check: 'rescue', verdict: 'warning', line: 'exten => T,1,Goto(ari-eventbridge-rescue,T,1)' },
    ]);
  });

  test('include a dialplan and channelvars without what verbs need', async () => {
    await asterisk.start();
    const findings = await visit({ calls: true, verbs: true });
    expect(troubles(findings)).toMatchObject([
      { check: 'channelvars', line: 'channelvars = CHANNEL(linkedid),ARI_OUTCOME,ARI_STATE' },
      { check: 'verbs', section: 'ari-eventbridge-verbs' },
    ]);
  });

  test('include a plain-text password in ari.conf, which every ARI user can read', async () => {
    editor.write(ari('handlers', 'password', HANDLERS.password));
    editor.write(ari('handlers', 'password_format', 'plain'));
    await asterisk.start();
    const findings = await visit({ calls: true });
    expect(troubles(findings)).toMatchObject([{ check: 'password-format', verdict: 'warning' }]);
    expect(JSON.stringify(findings)).not.toContain(HANDLERS.password);
  });
});

interface Broken {
  /** The lines that break it. */
  lines?: Remedy[];
  /** The options that are taken out to break it. */
  without?: Omit<Remedy, 'line'>[];
  how?: () => Partial<Patient>;
  /** The check that finds it, and the file and option that it names. */
  check: string | string[];
  file: string;
  option: string;
}

const http = (option: string, value: string): Remedy => conf('http.conf', 'general', option, value);
const ari = (section: string, option: string, value: string): Remedy => conf('ari.conf', section, option, value);
const conf = (file: string, section: string, option: string, value: string): Remedy => ({
  file,
  section,
  option,
  line: `${option} = ${value}`,
});
const noload = (module: string, check = 'modules'): Broken => ({
  lines: [conf('modules.conf', 'modules', 'noload', module)],
  check,
  file: 'modules.conf',
  option: 'load',
});
const byHttp = (check: string | string[], option: string, value: string, how?: () => Partial<Patient>): Broken => ({
  lines: [http(option, value)],
  check,
  file: 'http.conf',
  option,
  ...(how && { how }),
});
const byAri = (check: string, section: string, option: string, value: string, more: Partial<Broken> = {}): Broken => ({
  lines: [ari(section, option, value)],
  check,
  file: 'ari.conf',
  option,
  ...more,
});
const calls = () => ({ calls: true });

describe.skipIf(!OWN_ASTERISK)('a broken installation is found, and fixed by the suggested line', () => {
  test.each<[string, Broken]>([
    ['the HTTP server is off', byHttp('port', 'enabled', 'no')],
    ['the HTTP server is at another port', byHttp('port', 'bindport', '1')],
    ['the HTTP server is at another address', byHttp('port', 'bindaddr', '127.0.0.77')],
    ['a usual prefix', byHttp('prefix', 'prefix', 'asterisk')],
    ['an unusual prefix', byHttp('prefix', 'prefix', 'telephony')],
    // Which of the two finds it depends on when Asterisk notices that a connection is over.
    ['too few sessions', byHttp(['http', 'sessions'], 'sessionlimit', '1')],
    ['hardly any sessions', byHttp('sessions', 'sessionlimit', '6')],
    ['no connection is kept alive', byHttp('keep-alive', 'session_keep_alive', '0')],
    ['TLS is off', byHttp('port', 'tlsenable', 'no', secure)],
    ['TLS is at another port', byHttp('port', 'tlsbindaddr', '127.0.0.1:1', secure)],
    ['the certificate file is missing', byHttp('port', 'tlscertfile', `${PLACE}/none.pem`, secure)],
    ['the key is of another certificate', byHttp('port', 'tlsprivatekey', `${PLACE}/expired.pem`, secure)],
    ['the certificate is of another host', byHttp('tls', 'tlscertfile', `${PLACE}/elsewhere.pem`, secure)],
    ['the certificate has expired', byHttp('tls', 'tlscertfile', `${PLACE}/expired.pem`, secure)],
    ['the certificate is about to expire', byHttp('tls', 'tlscertfile', `${PLACE}/last-days.pem`, secure)],
    ['ARI is off', byAri('ari', 'general', 'enabled', 'no')],
    ['res_ari.so is not loaded', noload('res_ari.so', 'ari')],
    ['res_stasis.so is not loaded', noload('res_stasis.so', 'ari')],
    ['res_http_websocket.so is not loaded', noload('res_http_websocket.so', 'prefix')],
    ['the password is wrong', byAri('handlers', 'handlers', 'password', 'another')],
    ['the hash is used as the password', byAri('connector', 'connector', 'password_format', 'plain')],
    [
      'the section is not a user',
      { without: [ari('handlers', 'type', '')], check: 'handlers', file: 'ari.conf', option: 'type' },
    ],
    ['the address is not permitted', byAri('handlers', 'handlers', 'deny', '0.0.0.0/0.0.0.0', { option: 'permit' })],
    ['the handlers may only read', byAri('handlers-may-write', 'handlers', 'read_only', 'yes')],
    ['the connector may write', byAri('connector-read-only', 'connector', 'read_only', 'no')],
    ['res_ari_events.so is not loaded', noload('res_ari_events.so')],
    ['res_ari_channels.so is not loaded', noload('res_ari_channels.so')],
    ['res_ari_asterisk.so is not loaded', noload('res_ari_asterisk.so')],
    ['app_stasis.so is not loaded', noload('app_stasis.so')],
    ['res_stasis_playback.so is not loaded', noload('res_stasis_playback.so')],
    ['res_ari_sounds.so is not loaded', noload('res_ari_sounds.so', 'sounds')],
    [
      'calls have no id',
      {
        without: [ari('general', 'channelvars', '')],
        how: calls,
        check: 'channelvars',
        file: 'ari.conf',
        option: 'channelvars',
      },
    ],
    ['events are given no time', byAri('write-timeout', 'general', 'websocket_write_timeout', '5', { how: calls })],
    [
      'user events are declined',
      {
        lines: [conf('stasis.conf', 'declined_message_types', 'decline', 'ast_multi_user_event_type')],
        check: 'round-trip',
        file: 'stasis.conf',
        option: 'decline',
      },
    ],
    [
      'there are no sounds in the default language',
      {
        lines: [conf('asterisk.conf', 'options', 'defaultlanguage', 'tlh')],
        check: 'sounds',
        file: 'asterisk.conf',
        option: 'defaultlanguage',
      },
    ],
  ])('%s', async (_, { lines = [], without = [], how = () => ({}), check, file, option }) => {
    for (const line of lines) editor.write(line);
    for (const line of without) editor.remove(line);
    await restart();

    const [found] = troubles(await visit(how()));
    expect([check].flat()).toContain(found?.check);
    const suggested = remediesOf(found as Finding);
    expect(suggested.map((remedy) => `${remedy.file} ${remedy.option}`)).toContain(`${file} ${option}`);
    expect(found?.says).toContain(file);

    let left: Finding[] = [];
    for (const remedy of suggested.filter((one) => one.file !== 'cdk.json')) {
      editor.write(filledIn(remedy));
      await restart();
      left = troubles(await visit(how()));
      if (!left.some((finding) => [check].flat().includes(finding.check))) break;
    }
    expect(left).toEqual([]);
  });
});
