import { describe, expect, test } from 'vitest';
import { clock, clockOutcome, keepAlive, sessions, sounds } from '../../../../lib/asterisk/doctor/server.ts';
import { outcomes, visitPeer } from './visit.ts';

describe('the clock', () => {
  test.each([
    [1000, 'ok', 'the clocks agree'],
    [-3000, 'ok', "Asterisk's clock is 3.0 s behind this one"],
    [65_000, 'warning', "Asterisk's clock is 60.0 s ahead of this one"],
    [-7_200_000, 'warning', "Asterisk's clock is 7200.0 s behind this one"],
    [Number.NaN, 'skipped', 'reports no time'],
  ])('that differs by %j ms, with a response after 5 s', (off, verdict, sentence) => {
    const outcome = clockOutcome(1e12 + off, 1e12, 1e12 + 5000);
    expect(outcome).toMatchObject({ verdict, says: expect.stringContaining(sentence) });
  });

  test('is read from Asterisk, in its own format', async () => {
    const timestamp = '2001-01-01T00:00:00.000+0000';
    const { examination } = await visitPeer({ '/asterisk/ping': { timestamp } });
    expect(await outcomes(clock, examination)).toMatchObject([
      { verdict: 'warning', says: expect.stringMatching(/behind/) },
    ]);
  });
});

test('the date of a proxy is not taken for Asterisk’s time', async () => {
  const { examination } = await visitPeer({ '/asterisk/ping': {} });
  expect(await outcomes(clock, examination)).toMatchObject([{ verdict: 'ok' }]);
  examination.proxy = 'nginx/1.22.1';
  expect(await outcomes(clock, examination)).toMatchObject([{ verdict: 'skipped' }]);
});

describe('the sounds', () => {
  const sound = (...languages: string[]) => ({ id: 's', formats: languages.map((language) => ({ language })) });

  test.each([
    ['en', [sound('en', 'en_US'), sound('en')], 'ok', undefined],
    ['de', [sound('en', 'en_US'), sound('en')], 'warning', 'defaultlanguage = en'],
    ['en', [sound('fr')], 'warning', 'defaultlanguage = fr'],
    ['en', [], 'warning', undefined],
  ])('with the default language %j and %j', async (language, list, verdict, line) => {
    const { examination } = await visitPeer({
      '/asterisk/info': { config: { default_language: language } },
      '/sounds': list,
    });
    const [found] = await outcomes(sounds, examination);
    expect([found?.verdict, found?.line]).toEqual([verdict, line]);
  });
});

test('a server below its session limit, which keeps connections alive, is ok', async () => {
  const { examination } = await visitPeer({});
  expect(await outcomes(sessions, examination)).toMatchObject([{ verdict: 'ok' }]);
  expect(await outcomes(keepAlive, examination)).toMatchObject([{ verdict: 'ok' }]);
});

test('connections that a proxy accepts say nothing about the session limit', async () => {
  const { examination } = await visitPeer({});
  examination.proxy = 'nginx/1.22.1';
  expect(await outcomes(sessions, examination)).toMatchObject([{ verdict: 'skipped', line: 'sessionlimit = 400' }]);
});
