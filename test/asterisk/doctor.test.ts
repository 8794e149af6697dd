import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { examine } from '../../lib/asterisk/doctor/examine.ts';
import type { Finding } from '../../lib/asterisk/doctor/finding.ts';
import { rescuingContext } from '../../lib/asterisk/extensions-conf.ts';
import { openEvents } from '../support/open-events.ts';
import { CONNECTOR, HANDLERS, Stage } from './broken/stage.ts';
import { OWN_ASTERISK } from './real-asterisk.ts';
import { RenderedAsterisk } from './rendered-asterisk.ts';

const troubles = (findings: Finding[]): Finding[] => findings.filter(({ verdict }) => /error|warning/.test(verdict));

describe.skipIf(!OWN_ASTERISK)('a sound installation', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.prepare();
  });
  beforeEach(async () => {
    await stage.restore();
    await stage.load();
  });
  afterAll(() => stage?.end());

  test('has no errors, over plain HTTP and over TLS with a private CA', async () => {
    const { asterisk } = stage;
    const connector = await openEvents(asterisk.url, CONNECTOR, ['Intro-IVR']);
    for (const how of [{}, stage.secure]) {
      const findings = await stage.visit({ apps: ['Intro-IVR'], calls: true, ...how });
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

  test('has options that only a channel shows, which are skipped without one', async () => {
    const findings = await stage.visit({});
    const unseen = findings.filter(({ verdict, line }) => verdict === 'skipped' && line).map(({ option }) => option);
    expect(unseen).toEqual(['channelvars', 'websocket_write_timeout', 'password_format']);
  });

  test('shows no password, even one that is in plain text in ari.conf', async () => {
    stage.editor.write({
      file: 'ari.conf',
      section: 'handlers',
      option: 'password',
      line: `password = ${HANDLERS.password}`,
    });
    stage.editor.write({
      file: 'ari.conf',
      section: 'handlers',
      option: 'password_format',
      line: 'password_format = plain',
    });
    await stage.load();
    expect(JSON.stringify(await stage.visit({ calls: true }))).not.toContain(HANDLERS.password);
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
