import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FILES } from '../../lib/asterisk/asterisk-node.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { ASTERISK_ROOT } from './install.ts';
import { commandsOf, HOST, Operator } from './operator.ts';
import { OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { ask } from './rendered-asterisk.ts';
import { placeCall } from './sipp.ts';

const CONF = join(ASTERISK_ROOT, 'etc/asterisk');
const KEYS = join(CONF, 'keys');
const LIMIT_MS = 120_000;

const beginningOf = (line: string): string => line.split(' ', 2).join(' ');

describe.skipIf(!OWN_ASTERISK)('an operator', () => {
  let asterisk: RealAsterisk;
  let operator: Operator;
  let added: string[] = [];

  beforeEach(async () => {
    operator = await Operator.prepare();
    asterisk = await RealAsterisk.prepare();
    asterisk.configure([]); // SIP
    mkdirSync(KEYS, { recursive: true });
    writeFileSync(join(KEYS, 'asterisk.pem'), operator.certificate);
    chmodSync(join(KEYS, 'asterisk.pem'), 0o644);
  });
  afterEach(async () => {
    await operator?.end();
    await asterisk?.stop();
    for (const file of ['keys', 'before-ari-eventbridge', ...added.splice(0)])
      rmSync(join(CONF, file), { recursive: true, force: true });
  });

  /** Writes Asterisk's files, and starts it on them. */
  async function start(files: Record<string, string>): Promise<void> {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(CONF, file), text, { mode: 0o644 });
    await asterisk.start();
    await operator.deploy();
  }

  async function callIsHandled(): Promise<void> {
    const { recorder } = operator;
    await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '9', afterMs: 300 } });
    const ended = await until('the end of the call', () => recorder.ofType('StasisEnd')[0]);
    expect(ended.resources[0]).toBe(recorder.ofType('StasisStart')[0]?.resources[0]);
    expect(recorder.deadLetters).toEqual([]);
  }

  test(
    'who follows the README, from an empty Asterisk on, gets a handled call',
    async () => {
      await start(Object.fromEntries(FILES.map((file) => [file, ''])));
      const lines = commandsOf('README.md', '## Deploy', '## Development');
      expect(lines.map(beginningOf)).toEqual([
        'npx --no-install',
        'npx cdk',
        'npx --no-install',
        'scp -r',
        `ssh root@${HOST}`,
        'npx --no-install',
      ]);
      for (const line of lines) await operator.run(line);
      await callIsHandled();
    },
    LIMIT_MS,
  );

  test(
    'who has FreePBX gets a handled call too, which a restart does not change, and all files back',
    async () => {
      const port = await freePort();
      const http = `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${port}\n`;
      const tls = `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${operator.port}\ntlscertfile = /etc/asterisk/keys/asterisk.pem\n`;
      const files = {
        'http.conf': http + tls,
        'ari.conf':
          '[general]\nenabled = yes\n#include ari_general_additional.conf\n#include ari_general_custom.conf\n#include ari_additional.conf\n#include ari_additional_custom.conf\n',
        'ari_additional.conf': '[freepbxuser]\ntype = user\npassword = of-freepbx\npassword_format = plain\n',
        'ari_additional_custom.conf': '',
        'ari_general_additional.conf': ';\n',
        'ari_general_custom.conf': '',
        'extensions.conf':
          '[general]\nstatic = yes\n#include extensions_custom.conf\n[default]\ninclude => from-internal-custom\nexten => 100,1,Hangup()\n',
        'extensions_custom.conf': '[from-internal-custom]\nexten => 1234,1,Hangup()\n',
      };
      added = Object.keys(files).filter((file) => !FILES.some((own) => own === file));
      operator.edit('"fallback": "busy"', '"fallback": "busy", "context": "from-internal-custom"');
      await start(files);
      const lines = commandsOf('docs/asterisk-config.md', '### FreePBX', '**Sections that are there twice**');
      const [back, ...others] = lines.toReversed();
      expect(others.toReversed().map(beginningOf)).toEqual([
        'npx --no-install',
        'scp -r',
        `ssh root@${HOST}`,
        `ssh root@${HOST}`,
        'npx --no-install',
      ]);
      for (const line of others.toReversed()) await operator.run(line);
      await callIsHandled();

      await operator.run(back ?? '');
      for (const [file, text] of Object.entries(files)) expect(readFileSync(join(CONF, file), 'utf8'), file).toBe(text);
      const user = { username: 'freepbxuser', password: 'of-freepbx' };
      expect(await ask(`http://127.0.0.1:${port}/ari/asterisk/ping`, { user })).toMatchObject({ status: 200 });
      expect(await asterisk.cli('ari show users')).not.toContain('connector');
    },
    LIMIT_MS,
  );
});
