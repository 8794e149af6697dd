import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { listens } from '../support/listens.ts';
import { openEvents } from '../support/open-events.ts';
import { folderOfTest } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { CONNECTOR, Stage } from './broken/stage.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';

const DOC = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');

describe.skipIf(!OWN_ASTERISK)('behind a proxy with the lines of docs/doctor.md', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.prepare();
    await stage.restore();
    await stage.load();
  });
  afterAll(() => stage?.end());

  /** The lines that the document has for a proxy, with the port of this Asterisk. */
  function linesFor(proxy: string): string[] {
    const [, block = ''] = new RegExp(`\`\`\`${proxy}\n(.*?)\`\`\``, 's').exec(DOC) ?? [];
    return block.replaceAll('8088', stage.port).split('\n');
  }

  async function finds(url: string): Promise<string[]> {
    const findings = await stage.visit({ url, calls: true });
    return findings
      .filter(({ verdict }) => /error|warning/.test(verdict))
      .map(({ check, says }) => `${check}: ${says}`);
  }

  test('nginx lets all of ARI through', async () => {
    onTestFinished(() => stage.nginx.stop());
    await stage.nginx.start(linesFor('nginx'));
    expect(await finds(stage.nginx.url)).toEqual([]);
  });

  test('HAProxy does too, and does not close an event WebSocket without events', async () => {
    const port = await freePort();
    const file = join(folderOfTest(), 'haproxy.cfg');
    const usual = ['connect', 'client', 'server'].map((kind) => `  timeout ${kind} 1s`);
    const front = ['frontend asterisk', `  bind 127.0.0.1:${port}`, '  default_backend ari'];
    writeFileSync(file, ['defaults', '  mode http', ...usual, ...front, ...linesFor('haproxy')].join('\n'));
    const haproxy = spawn('haproxy', ['-db', '-f', file], { stdio: 'inherit' });
    onTestFinished(() => void haproxy.kill());
    await until('HAProxy to listen', () => listens(port));
    const url = `http://127.0.0.1:${port}/ari`;
    expect(await finds(url)).toEqual([]);

    const socket = await openEvents(url, CONNECTOR, ['Intro-IVR']);
    onTestFinished(socket.close);
    await sleep(2500);
    expect(await stage.asterisk.cli('ari show apps')).toContain('Intro-IVR');
  });
});
