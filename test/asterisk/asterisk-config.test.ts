import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type AsteriskOptions, FILES } from '../../lib/asterisk/asterisk-node.ts';
import { succeeding } from '../support/command.ts';
import { freePort } from '../support/free-port.ts';
import { openEvents } from '../support/open-events.ts';
import { folderOfTest } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { type PrivateCertificate, privateCertificate } from './certificate.ts';
import { ASTERISK_ROOT } from './install.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';
import { ask, RenderedAsterisk } from './rendered-asterisk.ts';
import { placeCall } from './sipp.ts';

const CONNECTOR = { username: 'connector', password: 'c'.repeat(64) };
const HANDLERS = { username: 'handlers', password: String.raw`;--a\;b;;#"'[x]=>\${y} , é\\;` };

// It is configured and restarted by these tests.
describe.skipIf(!OWN_ASTERISK)('on rendered files Asterisk', () => {
  let asterisk: RenderedAsterisk;
  let certificate: PrivateCertificate;
  let url: string;
  let tlsPort: number;

  const keyFile = (name: string, text: string): string => {
    const path = `/etc/asterisk/rendered-${name}.pem`;
    writeFileSync(join(ASTERISK_ROOT, path), text);
    chmodSync(join(ASTERISK_ROOT, path), 0o644);
    return path;
  };
  const ping = (at: string, options = {}) => ask(`${at}/asterisk/ping`, { user: CONNECTOR, ...options });

  beforeAll(async () => {
    asterisk = await RenderedAsterisk.prepare({ connector: CONNECTOR, handlers: HANDLERS });
    url = asterisk.server.url;
    tlsPort = await freePort();
    certificate = privateCertificate();
  });
  afterAll(() => asterisk?.end());

  describe('follows http.conf:', () => {
    test('enabled = yes serves at the url of the node, and nothing over TLS by default', async () => {
      await asterisk.start({});
      expect(await ping(url)).toMatchObject({ status: 200 });
      expect(await ping(url.replace('127.0.0.1', '127.0.0.2'))).toMatchObject({ status: 0 });
      expect(await asterisk.server.cli('http show status')).not.toContain('HTTPS Server Enabled');
    });

    test('enabled = no serves nothing', async () => {
      await asterisk.start({ http: { enabled: false, tlsenable: true } });
      expect(await ping(url)).toMatchObject({ status: 0 });
      expect(await asterisk.server.cli('http show status')).toContain('Server Disabled');
    });

    test('bindaddr and bindport', async () => {
      const bindport = await freePort();
      await asterisk.start({ http: { bindaddr: '127.0.0.2', bindport }, proxy: true });
      expect(await ping(`http://127.0.0.2:${bindport}/ari`)).toMatchObject({ status: 200 });
      expect(await ping(`http://127.0.0.1:${bindport}/ari`)).toMatchObject({ status: 0 });
      expect(await ping(url)).toMatchObject({ status: 0 });
    });

    test.each([
      ['the url', {}, '/pbx/one/ari'],
      ['the option', { http: { prefix: 'pbx/one' }, proxy: true }, '/ari'],
    ])('prefix, from %s', async (_, options, path) => {
      await asterisk.start(options, { url: url.replace('/ari', path) });
      expect(await ping(url.replace('/ari', '/pbx/one/ari'))).toMatchObject({ status: 200 });
      expect(await ping(url)).toMatchObject({ status: 404 });
    });

    test.each([
      ['one file for certificate and key', 'combined'],
      ['a file each', 'separate'],
    ])('tlsenable with %s', async (_, kind) => {
      const combined = { tlscertfile: keyFile('both', certificate.key + certificate.certificate) };
      const separate = {
        tlscertfile: keyFile('certificate', certificate.certificate),
        tlsprivatekey: keyFile('key', certificate.key),
      };
      const plainPort = await freePort();
      const http = { bindport: plainPort, ...(kind === 'combined' ? combined : separate) };
      const secure = `https://127.0.0.1:${tlsPort}/ari`;
      await asterisk.start({ http }, { url: secure });
      expect(await ping(secure, { ca: certificate.ca })).toMatchObject({ status: 200 });
      await expect(ping(secure)).rejects.toThrow(/certificate/);
      expect(await ping(`http://127.0.0.1:${plainPort}/ari`)).toMatchObject({ status: 200 });
    });

    test('tlsbindaddr, and plain HTTP on loopback only', async () => {
      const tlscertfile = keyFile('both', certificate.key + certificate.certificate);
      const bindport = await freePort();
      const http = { bindport, tlscertfile, tlsbindaddr: `127.0.0.1:${tlsPort}` };
      await asterisk.start({ http, proxy: true }, { url: 'https://pbx.example.com:8089/ari' });
      expect(await ping(`https://127.0.0.1:${tlsPort}/ari`, { ca: certificate.ca })).toMatchObject({ status: 200 });
      expect(await ping(`https://127.0.0.2:${tlsPort}/ari`, { ca: certificate.ca })).toMatchObject({ status: 0 });
      expect(await ping(`http://127.0.0.2:${bindport}/ari`)).toMatchObject({ status: 0 });
    });

    test('sessionlimit', async () => {
      await asterisk.start({ http: { sessionlimit: 3 } });
      const sockets = await Promise.all([1, 2, 3].map((n) => openEvents(url, CONNECTOR, [`filler-${n}`])));
      await expect(ping(url)).rejects.toThrow(/hang up|ECONNRESET/);
      for (const { close } of sockets) close();
      await until('room', () =>
        ping(url).then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
    });
  });

  describe('follows ari.conf:', () => {
    test('enabled = no', async () => {
      await asterisk.start({ ari: { enabled: false } });
      expect(await ping(url)).toMatchObject({ status: 404 });
    });

    test('pretty = no, and no header for other origins', async () => {
      await asterisk.start({});
      // As browsers write it: Asterisk does not recognize `origin`.
      const headers = { Origin: 'https://console.example.com' };
      const answer = await ping(url, { headers });
      expect(answer.body.trim()).not.toContain('\n');
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    });

    test('pretty = yes, and allowed_origins', async () => {
      const allowed_origins = ['https://console.example.com', 'http://127.0.0.1:3000'];
      await asterisk.start({ ari: { pretty: true, allowed_origins } });
      const answer = await ping(url, { headers: { Origin: 'http://127.0.0.1:3000' } });
      expect(answer.body.trim()).toContain('\n');
      expect(answer.headers).toMatchObject({ 'access-control-allow-origin': 'http://127.0.0.1:3000' });
      const other = await ping(url, { headers: { Origin: 'https://other.example.com' } });
      expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    });

    test.each(['crypt', 'plain'] as const)('password_format = %s, read_only = yes and no', async (password_format) => {
      await asterisk.start({ users: { connector: { password_format }, handlers: { password_format } } });
      for (const user of [CONNECTOR, HANDLERS]) {
        expect(await ping(url, { user }), user.username).toMatchObject({ status: 200 });
        expect(await ping(url, { user: { ...user, password: `${user.password}x` } })).toMatchObject({ status: 401 });
      }
      expect(await ask(`${url}/bridges`, { method: 'POST', user: CONNECTOR })).toMatchObject({ status: 403 });
      expect(await ask(`${url}/bridges`, { user: CONNECTOR })).toMatchObject({ status: 200 });
      expect(await ask(`${url}/bridges`, { method: 'POST', user: HANDLERS })).toMatchObject({ status: 200 });
    });

    test('read_only the other way round', async () => {
      await asterisk.start({ users: { connector: { read_only: false }, handlers: { read_only: true } } });
      expect(await ask(`${url}/bridges`, { method: 'POST', user: CONNECTOR })).toMatchObject({ status: 200 });
      expect(await ask(`${url}/bridges`, { method: 'POST', user: HANDLERS })).toMatchObject({ status: 403 });
    });

    test('channelvars', async () => {
      await asterisk.start({ ari: { channelvars: ['CALLERID(num)'] } });
      const { events, close } = await openEvents(url, CONNECTOR, ['Intro-IVR']);
      const endpoint = encodeURIComponent('Local/Intro-IVR@default');
      await ask(`${url}/channels?endpoint=${endpoint}&app=Intro-IVR`, { method: 'POST', user: HANDLERS });
      const start = await until('a StasisStart', () => events.find(({ type }) => type === 'StasisStart'));
      close();
      expect(Object.keys((start.channel as { channelvars: object }).channelvars).toSorted()).toEqual([
        'ARI_OUTCOME',
        'ARI_STATE',
        'CALLERID(num)',
        'CHANNEL(linkedid)',
      ]);
    });
  });

  test('reads the command’s files by #include from its own files, even while it runs', async () => {
    await asterisk.start({}, { files: { 'http.conf': '', 'ari.conf': '', 'extensions.conf': '' } });
    expect(await ping(url)).toMatchObject({ status: 0 });

    const folder = join(ASTERISK_ROOT, 'etc/asterisk/ari-eventbridge');
    rmSync(folder, { recursive: true, force: true });
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const project = folderOfTest();
    const extensions = { ivr: { app: 'Intro-IVR' }, '_9XXX!': { app: 'Intro-IVR', args: ['sales'] } };
    const node = { name: 'pbx-1', url, apps: ['Intro-IVR'], asterisk: { context: 'from-phones', extensions } };
    writeFileSync(join(project, 'cdk.json'), JSON.stringify({ context: { nodes: [node] } }));
    const passwords = join(project, 'passwords.json');
    writeFileSync(passwords, JSON.stringify({ 'pbx-1': asterisk.passwords }), { mode: 0o600 });
    await succeeding(['asterisk-config', '--passwords', passwords, '--output', folder], project);
    expect((statSync(join(folder, 'ari.conf')).mode & 0o777).toString(8)).toBe('640');

    const own = '[general]\nstatic = yes\n[globals]\nA = 1\n[from-phones]\nexten => 100,1,Hangup()\n';
    for (const file of FILES) {
      asterisk.write(file, `${file === 'extensions.conf' ? own : ''}#include ari-eventbridge/${file}\n`);
    }
    for (const reload of ['module reload http', 'module reload res_ari.so', 'dialplan reload']) {
      await asterisk.server.cli(reload);
    }
    expect(await ping(url)).toMatchObject({ status: 200 });
    expect(await ping(url, { user: HANDLERS })).toMatchObject({ status: 200 });
    const dialplan = await asterisk.server.cli('dialplan show from-phones');
    for (const extension of ["'100'", "'ivr'", "'_9XXX!'"]) expect(dialplan).toContain(extension);
    expect(await asterisk.server.cli('dialplan show 9123@from-phones')).toContain('Stasis(Intro-IVR,sales)');
    expect(await asterisk.server.cli('dialplan show ari-eventbridge-fallback')).toContain('Busy(20)');
  });

  describe('in folders like those of FreePBX', () => {
    /** What FreePBX writes, and what it leaves to its users. */
    const OF_FREEPBX = {
      'ari.conf':
        '[general]\nenabled = yes\n#include ari_general_custom.conf\n#include ari_additional.conf\n#include ari_additional_custom.conf\n',
      'ari_additional.conf': '[freepbxuser]\ntype = user\npassword = of-freepbx\npassword_format = plain\n',
      'ari_additional_custom.conf': '',
      'ari_general_custom.conf': '',
      'extensions.conf':
        '[general]\nstatic = yes\n[default]\n#include extensions_custom.conf\nexten => 100,1,Hangup()\n',
      'extensions_custom.conf': '',
    };
    const FREEPBX_USER = { username: 'freepbxuser', password: 'of-freepbx' };
    const ON_THE_MACHINE = join(ASTERISK_ROOT, 'root/asterisk.d');
    const script = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(
        'chroot',
        [ASTERISK_ROOT, 'sh', '/root/asterisk.d/install.sh', ...args],
        {
          encoding: 'utf8',
        },
      );
      if (status !== 0) throw new Error(stdout + stderr);
      return stdout;
    };
    const read = (file: string) => readFileSync(join(ASTERISK_ROOT, 'etc/asterisk', file), 'utf8');

    /** Writes the files as the command does, and copies them to the machine. */
    async function copyFiles(): Promise<void> {
      const project = folderOfTest();
      const node = { name: 'pbx-1', url, apps: ['Intro-IVR'], asterisk: { extensions: { ivr: { app: 'Intro-IVR' } } } };
      writeFileSync(join(project, 'cdk.json'), JSON.stringify({ context: { nodes: [node] } }));
      const passwords = join(project, 'passwords.json');
      writeFileSync(passwords, JSON.stringify({ 'pbx-1': asterisk.passwords }), { mode: 0o600 });
      onTestFinished(() => rmSync(ON_THE_MACHINE, { recursive: true, force: true }));
      const freepbx = ['--layout', 'freepbx', '--permit', '127.0.0.1', '--output', ON_THE_MACHINE];
      await succeeding(['asterisk-config', '--passwords', passwords, ...freepbx], project);
    }

    test('the command’s files are included, outlive a restart, take a call, and can be taken back', async () => {
      await asterisk.start({}, { files: OF_FREEPBX });
      expect(await ping(url)).toMatchObject({ status: 401 });
      await copyFiles();

      expect(script()).toContain('installed; back:');
      const works = async (): Promise<void> => {
        for (const user of [CONNECTOR, HANDLERS, FREEPBX_USER])
          expect(await ping(url, { user })).toMatchObject({ status: 200 });
      };
      await works();
      await asterisk.server.stop();
      await asterisk.server.start();
      await works();
      expect(script('--check')).toBe('');

      const socket = await openEvents(url, CONNECTOR, ['Intro-IVR']);
      const call = placeCall(asterisk.server.sipPort, { to: 'ivr', hangUpAfterMs: 500 });
      const start = await until('a StasisStart', () => socket.events.find(({ type }) => type === 'StasisStart'));
      const { id, channelvars } = start.channel as { id: string; channelvars: Record<string, string> };
      // What `[general](+)` of an included file adds is in effect.
      expect(channelvars['CHANNEL(linkedid)']).toBe(id);
      await ask(`${url}/channels/${id}/answer`, { method: 'POST', user: HANDLERS });
      await call;
      socket.close();

      script('--undo');
      expect(await ping(url)).toMatchObject({ status: 401 });
      expect(await ping(url, { user: FREEPBX_USER })).toMatchObject({ status: 200 });
      for (const [file, text] of Object.entries(OF_FREEPBX)) expect(read(file), file).toBe(text);
    });

    test('users that this Asterisk refuses, as one before 22.9 those with `permit`, are named, with the way back', async () => {
      await asterisk.start({}, { files: OF_FREEPBX });
      await copyFiles();
      const users = join(ON_THE_MACHINE, 'ari-eventbridge-users.conf');
      // Of this version `permit` is an option.
      writeFileSync(users, readFileSync(users, 'utf8').replaceAll(/^permit/gm, 'permitted'));
      expect(() => script()).toThrow(
        /has not accepted the user connector of ari-eventbridge-users\.conf: .*"permit": \[\]/s,
      );
      script('--undo');
      expect(await ping(url, { user: FREEPBX_USER })).toMatchObject({ status: 200 });
      for (const [file, text] of Object.entries(OF_FREEPBX)) expect(read(file), file).toBe(text);
    });

    test('a user that only another address may use is refused', async () => {
      const permit = ['192.0.2.1'];
      await asterisk.start({ users: { handlers: { permit } } });
      // From Asterisk's own machine both are let in.
      expect(await ping(url, { user: HANDLERS })).toMatchObject({ status: 200 });
      const text = read('ari.conf').replace(/^permit = (127\.0\.0\.1|::1).*\n/gm, '');
      await asterisk.start({ users: { handlers: { permit } } }, { files: { 'ari.conf': text } });
      const { status } = await ping(url, { user: HANDLERS });
      expect([401, 403]).toContain(status);
      expect(await ping(url)).toMatchObject({ status: 200 });
    });
  });

  describe('sends calls to apps,', () => {
    const closing: (() => void)[] = [];
    afterEach(() => {
      for (const close of closing.splice(0)) close();
    });

    async function listen(...apps: string[]) {
      const socket = await openEvents(url, CONNECTOR, apps);
      closing.push(socket.close);
      return socket;
    }
    type Listener = Awaited<ReturnType<typeof listen>>;
    const started = ({ events }: Listener, count = 1) =>
      until('a StasisStart', () => events.filter(({ type }) => type === 'StasisStart')[count - 1]);
    const channelOf = ({ channel }: Record<string, unknown>) => (channel as { id: string }).id;
    const command = (method: string, path: string) => ask(`${url}/${path}`, { method, user: HANDLERS });
    const EXTENSIONS: AsteriskOptions = {
      extensions: { ivr: { app: 'Intro-IVR' }, conference: { app: 'Super-Conference', args: ['100', 'a b'] } },
    };
    const REACHED_FALLBACK = 'Executing [s@ari-eventbridge-fallback:1]';

    test('two of them, with and without arguments, over one socket', async () => {
      await asterisk.start(EXTENSIONS);
      const socket = await listen('Intro-IVR', 'Super-Conference');
      for (const [to, count] of [
        ['ivr', 1],
        ['conference', 2],
      ] as const) {
        const call = placeCall(asterisk.server.sipPort, { to, hangUpAfterMs: 500 });
        await command('POST', `channels/${channelOf(await started(socket, count))}/answer`);
        await call;
      }
      const starts = socket.events.filter(({ type }) => type === 'StasisStart');
      expect(starts).toMatchObject([
        { application: 'Intro-IVR', args: [] },
        { application: 'Super-Conference', args: ['100', 'a b'] },
      ]);
    });

    test('whose second instance replaces the first', async () => {
      await asterisk.start(EXTENSIONS);
      const first = await listen('Intro-IVR');
      const second = await listen('Intro-IVR');
      await until('the event of the first instance', () => first.types().includes('ApplicationReplaced'));
      const call = placeCall(asterisk.server.sipPort, { to: 'ivr', hangUpAfterMs: 500 });
      await command('POST', `channels/${channelOf(await started(second))}/answer`);
      await call;
      expect(first.types()).not.toContain('StasisStart');
    });

    test('by an extension of the app’s name where none is given', async () => {
      await asterisk.start({});
      const socket = await listen('Super-Conference');
      const call = placeCall(asterisk.server.sipPort, { to: 'Super-Conference', hangUpAfterMs: 500 });
      await command('POST', `channels/${channelOf(await started(socket))}/answer`);
      await call;
    });

    describe('while no connector is subscribed', () => {
      test('plays the busy tone, writes a log line, and sends the next call to the app once a connector is subscribed', async () => {
        await asterisk.start(EXTENSIONS);
        await placeCall(asterisk.server.sipPort, { to: 'ivr', refusedWith: 486 });
        expect(await asterisk.log()).toContain(REACHED_FALLBACK);
        expect(await asterisk.log()).toMatch(
          /WARNING.*App Intro-IVR has no connector: PJSIP\/sipp-00000000 goes to the fallback/,
        );
        const before = (await asterisk.log()).length;

        const socket = await listen('Intro-IVR');
        const call = placeCall(asterisk.server.sipPort, { to: 'ivr', hangUpAfterMs: 500 });
        await command('POST', `channels/${channelOf(await started(socket))}/answer`);
        await call;
        await until('its end', () => socket.types().includes('StasisEnd'));
        expect((await asterisk.log()).slice(before)).not.toContain(REACHED_FALLBACK);

        socket.close();
        await until('the app to go', async () => (await ask(`${url}/applications`, { user: CONNECTOR })).body === '[]');
        await placeCall(asterisk.server.sipPort, { to: 'ivr', refusedWith: 486 });
        expect((await asterisk.log()).slice(before)).toContain(REACHED_FALLBACK);
      });

      // Debian's second voicemail module, which does not load, takes the first one's applications with it.
      const modules = (voicemail: boolean) =>
        `[modules]\nautoload = yes\nnoload = app_voicemail_odbc.so\n${voicemail ? '' : 'noload = app_voicemail.so\n'}`;

      test('sends the caller to voicemail', async () => {
        await asterisk.start(
          { ...EXTENSIONS, fallback: 'voicemail:100@office' },
          {
            files: {
              'voicemail.conf': '[general]\nformat = wav\n[office]\n100 => 1234,Alice\n',
              'modules.conf': modules(true),
            },
          },
        );
        await placeCall(asterisk.server.sipPort, { to: 'ivr', hangUpAfterMs: 1000 });
        expect(await asterisk.log()).toMatch(/s@ari-eventbridge-fallback:1\] TryExec\(.*VoiceMail\(100@office,u\)/);
        expect(await asterisk.log()).toContain("Playing 'vm-theperson");
        expect(await asterisk.log()).not.toContain('Busy(');
      });

      test('sends the caller to a queue', async () => {
        await asterisk.start(
          { ...EXTENSIONS, fallback: 'queue:support' },
          { files: { 'queues.conf': '[general]\n[support]\nstrategy = ringall\njoinempty = yes\n' } },
        );
        const call = placeCall(asterisk.server.sipPort, { to: 'ivr', hangUpAfterMs: 2000 });
        await until('the caller in the queue', async () =>
          /support has 1 calls/.test(await asterisk.server.cli('queue show support')),
        );
        await call;
      });

      test('sends the caller on in the dialplan', async () => {
        const reception =
          '[reception]\nexten => operator,1,Hangup()\n same => n(greet),Answer()\n same => n,Wait(60)\n';
        await asterisk.start({ ...EXTENSIONS, fallback: 'goto:reception,operator,greet' });
        asterisk.append('extensions.conf', reception);
        await asterisk.server.cli('dialplan reload');
        await placeCall(asterisk.server.sipPort, { to: 'ivr', hangUpAfterMs: 300 });
        expect(await asterisk.log()).toContain('Executing [operator@reception:2] Answer');
      });

      const BUSY = /Executing \[s@ari-eventbridge-fallback:\d\] Busy/;

      test.each([
        // VoiceMail() answers before it looks for the mailbox.
        ['such mailbox', true, { hangUpAfterMs: 1000 }],
        ['voicemail at all', false, { refusedWith: 486 }],
      ])('plays the busy tone where there is no %s', async (_, voicemail, outcome) => {
        const files = { 'voicemail.conf': '[general]\nformat = wav\n', 'modules.conf': modules(voicemail) };
        await asterisk.start({ ...EXTENSIONS, fallback: 'voicemail:404' }, { files });
        await placeCall(asterisk.server.sipPort, { to: 'ivr', ...outcome });
        expect(await asterisk.log()).toMatch(BUSY);
      });

      test('plays the busy tone where the queue does not exist', async () => {
        await asterisk.start({ ...EXTENSIONS, fallback: 'queue:nowhere' }, { files: { 'queues.conf': '[general]\n' } });
        await placeCall(asterisk.server.sipPort, { to: 'ivr', hangUpAfterMs: 1000 });
        expect(await asterisk.log()).toMatch(BUSY);
      });

      test('plays the busy tone where the extension does not exist', async () => {
        await asterisk.start({ ...EXTENSIONS, fallback: 'goto:nowhere,s,1' });
        await placeCall(asterisk.server.sipPort, { to: 'ivr', refusedWith: 486 });
        expect(await asterisk.log()).toMatch(BUSY);
      });
    });

    test.each([
      ['hangs up', 'DELETE', (id: string) => `channels/${id}`],
      ['continues in the dialplan', 'POST', (id: string) => `channels/${id}/continue`],
    ])('and does not fall back when the app %s', async (_, method, path) => {
      await asterisk.start(EXTENSIONS);
      const socket = await listen('Intro-IVR');
      const call = placeCall(asterisk.server.sipPort, { to: 'ivr' });
      const id = channelOf(await started(socket));
      await command('POST', `channels/${id}/answer`);
      expect(await command(method, path(id))).toMatchObject({ status: 204 });
      await call;
      await until('its end', async () =>
        (await asterisk.server.cli('core show channels')).includes('0 active channels'),
      );
      expect(await asterisk.log()).not.toContain(REACHED_FALLBACK);
    });
  });
});
