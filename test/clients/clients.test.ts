/**
 * ARI clients of other authors, in three languages: the same story of one call, on the simulator as on a real Asterisk.
 * What they connect with differs from ours: the password in the query, Asterisk's own API description, other parameters.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basicAuthorization } from '../../lib/ari/credentials.ts';
import { SimulatedAsterisk } from '../../lib/simulator/simulated-asterisk.ts';
import { RealAsterisk } from '../asterisk/real-asterisk.ts';
import { openEvents } from '../support/open-events.ts';
import { until } from '../support/until.ts';

const PACKAGES = join(import.meta.dirname, '.packages');
const PROGRAMS = join(import.meta.dirname, 'programs');
const USER = { username: 'handlers', password: 'right-password' };
const APP = 'story';

const CLIENTS: [string, string, string[]][] = [
  ['ari-client, JavaScript', process.execPath, [join(PROGRAMS, 'ari-client.mjs')]],
  ['@ipcom/asterisk-ari, JavaScript', process.execPath, [join(PROGRAMS, 'asterisk-ari.mjs')]],
  ['asyncari, Python', join(PACKAGES, 'python/bin/python'), [join(PROGRAMS, 'with_asyncari.py')]],
  ['ari4java, Java', 'java', ['-cp', `${PACKAGES}/java/*:${PACKAGES}/java`, 'WithAri4java']],
];

const STORY = [
  'connected',
  'StasisStart a,b',
  'answered',
  'PlaybackStarted sound:beep',
  'PlaybackFinished sound:beep',
  'digit 4',
  'digit 7',
  'digit #',
  '1 channel in a mixing bridge',
  'StasisEnd',
  'bridge destroyed',
];

const SERVERS: [string, () => Promise<{ url: string; stop(): Promise<void> }>][] = [
  ['the simulator', () => SimulatedAsterisk.start({ users: [USER], dialplan: { story: `${APP},a,b` } })],
  [
    'Asterisk',
    async () => {
      const asterisk = await RealAsterisk.prepare();
      asterisk.configure([USER], `[default]\nexten => story,1,Stasis(${APP},a,b)\n same => n,Hangup()\n`);
      await asterisk.start();
      return asterisk;
    },
  ],
];

describe.each(SERVERS)('on %s', (_server, start) => {
  let asterisk: Awaited<ReturnType<typeof start>>;
  let phones: Awaited<ReturnType<typeof openEvents>>;
  beforeAll(async () => {
    asterisk = await start();
    phones = await openEvents(asterisk.url, USER, ['phone']);
  });
  afterAll(async () => {
    phones?.close();
    await asterisk?.stop();
  });

  const command = async (path: string): Promise<void> => {
    const response = await fetch(asterisk.url + path, {
      method: 'POST',
      headers: { authorization: basicAuthorization(USER) },
    });
    expect(response.status, path).toBeLessThan(300);
  };

  test.each(CLIENTS)(
    '%s: a caller is answered, hears a beep, presses digits, joins a bridge, is hung up',
    async (client, program, args) => {
      const lines: string[] = [];
      const errors: string[] = [];
      const environment = { ARI_URL: asterisk.url, ARI_USER: USER.username, ARI_PASSWORD: USER.password, ARI_APP: APP };
      const child = spawn(program, args, { env: { PATH: process.env.PATH, PACKAGES, ...environment } });
      const ended = new Promise((resolve) => child.once('close', resolve));
      try {
        createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
        child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')));
        const said = (line: string) =>
          until(line, () => lines.includes(line)).catch(({ message }: Error) => {
            throw new Error(`${message}, after ${lines.join(' | ')}\n${errors.join('')}`);
          });

        await said('connected');
        const phone = `phone-${client.replace(/\W+/g, '-')}`;
        await command(`/channels?endpoint=Local/story@default&app=phone&channelId=${phone}`);
        await said('PlaybackFinished sound:beep');
        await command(`/channels/${phone}/dtmf?dtmf=47%23`);
        await said('bridge destroyed');
        expect(await ended).toBe(0);
      } finally {
        child.kill();
      }
      expect(lines).toEqual(STORY);
    },
  );
});
