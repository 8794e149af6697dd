import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { copyProject } from '../support/project-copy.ts';
import { accessibilityFaults, openBrowser, openPage, screenshot } from './browser.ts';

const project = copyProject();
let cli: ReturnType<typeof runCli>;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  cli = runCli(['start', '--console-port', '0'], {}, project.root);
  browser = await openBrowser();
  await cli.says('Both calls were handled');
  const url = /console +(http:\/\/127\.0\.0\.1:\d+)/.exec(cli.output)?.[1] as string;
  ({ page, problems } = await openPage(browser, url));
});
afterAll(async () => {
  await browser?.close();
  await cli?.interrupt();
  cli?.kill();
  project.remove();
});

const calls = (): Locator => page.getByRole('listbox', { name: 'Calls, newest first' });
const steps = (): Locator => page.getByRole('listbox', { name: 'Steps in order of time' });
const step = (name: string | RegExp): Locator => steps().getByRole('option', { name });
const button = (name: string | RegExp): Locator => page.getByRole('button', { name });

const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.id');

async function dial(name: string, extension: string): Promise<void> {
  await page.getByLabel('Caller').fill(name);
  await page.getByRole('combobox', { name: 'Extension' }).selectOption(extension);
  await button('Call').click();
  await calls()
    .getByRole('option', { name: `${name} 1001`, selected: true })
    .waitFor();
}

test('a page that is opened late shows earlier calls', async () => {
  await calls()
    .getByRole('option', { name: /^Bob 1002 → conference/ })
    .waitFor();
  await calls()
    .getByRole('option', { name: /^Alice 1001 → ivr/ })
    .click();
  await step(/Asterisk|ARI: bridges\.addChannel 204/)
    .first()
    .waitFor();
  await screenshot(page, 'console-light');
});

test('a newcomer dials, presses 2, and sees both functions in the timeline', async () => {
  await dial('Carol', 'ivr');
  await step(/ARI: channels\.continueInDialplan 204/).waitFor();
  await button('Press 2').click();
  await step(/ARI: bridges\.addChannel 204/).waitFor();
  expect(await page.locator('.lane.function').allTextContents()).toEqual(['IntroIvr', 'SuperConference']);
  await step(/IntroIvr: StasisStart \d+.* ms/)
    .nth(1)
    .waitFor();
  await step(/SuperConference: StasisStart \d+.* ms/).waitFor();
  await cli.says(/caller +Carol presses 2/);
});

test('an event shows its times, its JSON, and why a rule did not match', async () => {
  await steps().focus();
  await page.keyboard.press('Home');
  await step(/StasisStart Carol/)
    .first()
    .click();
  const detail = page.getByRole('region', { name: 'StasisStart' });
  await detail.getByText('Connector read it').waitFor();
  await detail.getByText('IntroIvr matches').waitFor();
  const reason = 'Voicemail does not match: detail.application is "Intro-IVR", expected ["Voicemail"]';
  await detail.getByRole('listitem').filter({ hasText: reason }).waitFor();
  await detail.getByRole('region', { name: 'Event' }).getByText('"application": "Intro-IVR"').waitFor();
  await screenshot(page, 'timeline-light');
});

test('an invocation shows its log, and each command its answer', async () => {
  await button(/^IntroIvr: done in/).click();
  const detail = page.getByRole('region', { name: 'IntroIvr handles StasisStart' });
  await detail.getByRole('button', { name: /channels\.continueInDialplan 204/ }).click();
  await page.getByText(/^POST \/ari\/channels\/[\d.]+\/continue$/).waitFor();
});

test('a test that is copied from an event runs in the project', async () => {
  await step(/StasisStart Carol/)
    .first()
    .click();
  await button('Copy as a test').click();
  await page.getByText('Copied the test').waitFor({ state: 'attached' });
  const code = await page.evaluate<string>('navigator.clipboard.readText()');
  mkdirSync(join(project.root, 'test'), { recursive: true });
  writeFileSync(join(project.root, 'test/pasted.test.ts'), code);
  const vitest = join(project.root, 'node_modules/vitest/vitest.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--reporter', 'verbose'], {
    cwd: project.root,
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
    encoding: 'utf8',
  });
  expect(stdout + stderr).toMatch(/✓ .*IntroIvr handles StasisStart/);
});

test('an event is edited and sent again; text that is not JSON is refused with a message', async () => {
  await button('Edit and send again').click();
  const editor = page.getByRole('dialog', { name: 'Edit and send again' });
  const text = editor.getByLabel('Event, JSON');
  const original = await text.inputValue();
  await text.fill(original.slice(1));
  await editor.getByRole('button', { name: 'Send' }).click();
  await editor.getByRole('alert').getByText('This is not JSON').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);

  await text.fill(original.replace('"application": "Intro-IVR"', '"application": "Voicemail"'));
  await editor.getByRole('button', { name: 'Send' }).click();
  await editor.waitFor({ state: 'detached' });
  // The list is longer than the page: only the steps that are in view are there.
  await page.getByRole('listbox', { name: 'Steps in order of time' }).focus();
  await page.keyboard.press('End');
  await step(/StasisStart is sent again from the console/).waitFor();
  await step(/Voicemail: StasisStart/).waitFor();
});

test('several calls are active at once; each has its own digits and hangup', async () => {
  await dial('Dave', 'conference');
  await dial('Erin', 'ivr');
  await step(/ARI: channels\.continueInDialplan 204/).waitFor();
  await button(/^Dave → conference/).click();
  await button('Press 5').click();
  await step(/Dave presses 5/).waitFor();
  await button(/^Hang up Erin/).click();
  await button(/^Erin → ivr/).waitFor({ state: 'detached' });
  await button(/^Hang up Dave/).click();
  await button(/^Hang up Carol/).click();
  await page.getByRole('list', { name: 'Active calls' }).waitFor({ state: 'detached' });
});

test('a handler that is changed on disk runs at the next call', async () => {
  // A tone is played by a command of ARI, which the timeline shows.
  project.edit('functions/intro-ivr/index.ts', "'sound:hello-world'", "'tone:ring'");
  await cli.says(/IntroIvr: functions\/intro-ivr\/index.ts runs from the next event on/);
  await dial('Frank', 'ivr');
  await step(/PlaybackStarted tone:ring/).waitFor();
  await button(/^Hang up Frank/).click();
  await calls()
    .getByRole('option', { name: /^System/ })
    .click();
  await step(/Bus: text IntroIvr: functions\/intro-ivr\/index.ts runs from the next/).waitFor();
});

test('the keyboard is enough to use calls and steps', async () => {
  await calls().focus();
  await page.keyboard.press('Home');
  await calls()
    .getByRole('option', { name: /^System/, selected: true })
    .waitFor();
  await page.keyboard.press('ArrowDown');
  await calls()
    .getByRole('option', { name: /^Frank/, selected: true })
    .waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const detail = page.getByRole('region', { name: 'StasisStart' });
  await detail.waitFor();
  expect(await focused()).toBe('detail');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'detached' });
  expect(await focused()).toBe('step');
});

test('a phone that an app calls is answered here, and its steps are in the call of the app', async () => {
  project.edit(
    'functions/intro-ivr/index.ts',
    'StasisStart: ({ call }) =>',
    `StasisStart: async ({ call, event, ari }) =>
      event.args[0] !== 'leg' &&
      (await ari.channels.originate({ endpoint: 'PJSIP/1002', app: 'Intro-IVR', appArgs: 'leg' })) &&`,
  );
  await cli.says(/(IntroIvr: functions\/intro-ivr\/index.ts runs from the next event on[\s\S]*){2}/);
  await dial('Grace', 'ivr');
  const before = await calls().getByRole('option').count();
  await button('Answer PJSIP/1002').waitFor();
  await page.getByText('PJSIP/1002 rings').waitFor({ state: 'attached' });
  expect(await accessibilityFaults(page)).toEqual([]);
  await button('Answer PJSIP/1002').click();
  await step(/PJSIP\/1002 answers/).waitFor();
  await step(/StasisStart .*\(leg\)/)
    .first()
    .waitFor();
  await button(/^PJSIP\/1002/).click();
  await button('Press 7').click();
  await step(/PJSIP\/1002 presses 7/).waitFor();
  await step(/PlaybackStarted/)
    .first()
    .waitFor();
  await button('Hang up PJSIP/1002').click();
  await button('Hang up PJSIP/1002').waitFor({ state: 'detached' });
  await button(/^Hang up Grace/).click();
  await step(/Grace hangs up/).waitFor();
  expect(await calls().getByRole('option').count()).toBe(before);
});

test.each(['light', 'dark'])('axe has no findings on the page in %s mode', async (theme) => {
  await page.getByLabel('Theme').selectOption(theme);
  await calls()
    .getByRole('option', { name: /^Carol/ })
    .click();
  await steps().focus();
  await page.keyboard.press('Home');
  // The list shows its beginning: a later StasisStart of Carol is of Voicemail.
  await step(/Carol calls ivr/).waitFor();
  await step(/StasisStart Carol/)
    .first()
    .click();
  await page.getByRole('region', { name: 'Event' }).waitFor();
  await page.getByText('Voicemail does not match').click();
  await page.getByRole('region', { name: 'Pattern of Voicemail' }).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  const ground = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
  expect(ground).toBe(theme === 'light' ? 'rgb(246, 247, 249)' : 'rgb(20, 23, 28)');
});

test('pictures of the dark page', async () => {
  await page.getByLabel('Theme').selectOption('dark');
  await screenshot(page, 'timeline-dark');
  await button('Close').click();
  await screenshot(page, 'console-dark');
  await page.getByLabel('Theme').selectOption('auto');
});

test('the page itself has no errors', () => {
  expect(problems).toEqual([]);
});
