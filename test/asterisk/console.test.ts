import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DetailView } from '../../lib/local/console/step-view.ts';
import type { Step } from '../../lib/local/trace/step.ts';
import { runCli } from '../support/cli.ts';
import { until } from '../support/until.ts';
import { watchConsole } from '../support/watch-console.ts';
import { EXISTING_USER, OWN_ASTERISK, RealAsterisk } from './real-asterisk.ts';
import { placeCall } from './sipp.ts';

const USER = OWN_ASTERISK ? { username: 'handlers', password: 'a-password-of-handlers' } : EXISTING_USER;

let asterisk: RealAsterisk;
let cli: ReturnType<typeof runCli>;

beforeAll(async () => {
  asterisk = await RealAsterisk.prepare();
  asterisk.configure([USER]);
  await asterisk.start();
});
afterAll(async () => {
  cli?.kill();
  await asterisk?.stop();
});

test('a call of a real phone is shown in the console, from Asterisk to the commands and back', async () => {
  const args = ['--asterisk', asterisk.url, '--user', USER.username, '--password-env', 'ARI_PASSWORD'];
  cli = runCli(['start', '--console-port', '0', ...args], { ARI_PASSWORD: USER.password });
  await cli.says('Call an extension that runs Stasis(Intro-IVR)');
  const url = /console +(http:\S+)/.exec(cli.output)?.[1] as string;
  await placeCall(asterisk.sipPort, { to: 'ivr', digit: { key: '2', afterMs: 500 }, hangUpAfterMs: 2500 });

  const feed = watchConsole(url);
  const find = <K extends Step['kind']>(kind: K, fits: (step: Extract<Step, { kind: K }>) => boolean) =>
    until(`a step: ${kind} ${fits}`, () =>
      feed.steps.find((step): step is Extract<Step, { kind: K }> => step.kind === kind && fits(step as never)),
    );
  const start = await find('event', ({ type }) => type === 'StasisStart');
  expect(start).toMatchObject({ caller: expect.stringContaining('Alice'), extension: 'ivr', matched: ['IntroIvr'] });
  // The same machine, the same clock: Asterisk's own time, the connector's, and the bus's follow each other.
  expect(start.receivedAt).toBeGreaterThanOrEqual(start.happenedAt as number);
  expect(start.at).toBeGreaterThanOrEqual(start.receivedAt as number);

  const answer = await find('command', ({ operation, status }) => operation === 'channels.answer' && status === 204);
  await find('invocation', ({ fn, ms }) => fn === 'SuperConference' && ms !== undefined);
  const inRoom = await find('event', ({ type }) => type === 'ChannelEnteredBridge');
  const ended = await find('event', ({ type }) => type === 'StasisEnd');
  expect([answer, inRoom, ended].map(({ call }) => call)).toEqual([start.call, start.call, start.call]);
  expect(feed.messages[0]).not.toHaveProperty('phone');

  const detail = (await (await fetch(`${url}/api/steps/${answer.number}`)).json()) as DetailView;
  expect(detail.path).toMatch(/\/ari\/channels\/[^/]+\/answer$/);
  const all = await Promise.all(
    feed.steps.map(async ({ number }) => (await fetch(`${url}/api/steps/${number}`)).text()),
  );
  const secrets = [USER.password, Buffer.from(`${USER.username}:${USER.password}`).toString('base64'), 'authorization'];
  for (const secret of secrets) expect([...all, JSON.stringify(feed.messages)].join()).not.toContain(secret);
  feed.stop();
  expect(await cli.interrupt()).toBe(0);
});
