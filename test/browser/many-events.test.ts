import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Console } from '../../lib/local/console/console.ts';
import { Trace } from '../../lib/local/trace/trace.ts';
import { busEvent, invocation, RULES } from '../support/traced.ts';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from './browser.ts';

const HOSTILE = '<img src=x onerror="document.title=1">\u202e{{7*7}}';

const trace = new Trace();
const console_ = new Console({ trace, moduleOf: () => './handler.ts' });
let browser: Browser;
let page: Page;
let problems: string[];

/** An event of a call, its number in its name. */
function event(callId: string, index: number, name = `Caller ${callId}`): void {
  const channel = { id: callId, caller: { name, number: '1' }, dialplan: { exten: 'ivr' } };
  const metadata = { id: `${callId}-${index}`, callId, channelId: callId, receivedAt: new Date().toISOString() };
  trace.onEvent(busEvent({ channel, metadata, digit: String(index) }), RULES.slice(0, 1), RULES);
}

beforeAll(async () => {
  for (let i = 0; i < 5000; i++) event('busy', i);
  for (let i = 0; i < 2000; i++) event(`call-${i}`, 0);
  event('hostile', 0, HOSTILE);
  browser = await openBrowser();
  ({ page, problems } = await openPage(browser, await console_.listen(0)));
});
afterAll(async () => {
  await browser?.close();
  await console_.close();
});

/** Scrolls a list through from its top by the frame. @returns milliseconds between frames, and rows drawn at most */
function scrollThrough(list: string): Promise<{ frames: number[]; rows: number; blank: number }> {
  return page.evaluate(`new Promise((resolve) => {
    const box = document.getElementById(${JSON.stringify(list)});
    const frames = [];
    let [rows, blank, last] = [0, 0, performance.now()];
    box.scrollTop = 0;
    const step = (now) => {
      frames.push(now - last);
      last = now;
      rows = Math.max(rows, box.querySelectorAll('.row').length);
      const { top, height, left } = box.getBoundingClientRect();
      if (!document.elementFromPoint(left + 20, top + height / 2)?.closest('.row')) blank++;
      box.scrollTop += 400;
      if (frames.length < 240) requestAnimationFrame(step);
      else resolve({ frames: frames.slice(1), rows, blank });
    };
    requestAnimationFrame(step);
  })`);
}

test.each([
  ['5,000 events of one call', 'step'],
  ['2,000 calls', 'call'],
])('%s scroll smoothly', async (what, list) => {
  await page
    .getByRole('option', { name: /Caller busy 1/ })
    .or(page.locator('#call'))
    .first()
    .waitFor();
  if (list === 'step') {
    await page.locator('#call').focus();
    await page.keyboard.press('End');
    await page.getByRole('option', { name: /Caller busy/, selected: true }).waitFor();
    await until('all events', async () =>
      (await page.locator('#timeline-title + span').textContent())?.includes('5,000'),
    );
  }
  const { frames, rows, blank } = await scrollThrough(list);
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
  const figures = { median: at(0.5), p95: at(0.95), worst: at(1) };
  console.info(`${what}: ms by frame`, JSON.stringify(figures), `rows drawn ${rows}, frames with a gap ${blank}`);
  expect(rows).toBeLessThan(80);
  expect(figures.median).toBeLessThan(100);
  expect(figures.p95).toBeLessThan(400);
});

test('the list of an active call follows its end, unless the reader has scrolled up', async () => {
  await page.locator('#step').focus();
  await page.keyboard.press('End');
  await page.getByRole('option', { name: /pressed 4999/, selected: true }).waitFor();
  event('busy', 5000);
  await page.getByRole('option', { name: /pressed 5000/ }).waitFor();
  await page.keyboard.press('Home');
  await page.getByRole('option', { name: /pressed 0 / }).waitFor();
  event('busy', 5001);
  await until('the event', async () => (await page.locator('#timeline-title + span').textContent())?.includes('5,002'));
  expect(await page.evaluate('document.getElementById("step").scrollTop')).toBe(0);
});

test('a caller may have any name: it is shown unchanged', async () => {
  await page.locator('#call').focus();
  await page.keyboard.press('Home');
  await page.locator('#call').getByRole('option', { name: HOSTILE }).click();
  await page.getByRole('heading', { name: HOSTILE }).waitFor();
  await page.locator('#step .row').first().click();
  await page.getByRole('region', { name: 'Event' }).getByText(HOSTILE.slice(0, 10)).waitFor();
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).toBe('ari-eventbridge console');
});

test('a failed invocation shows its error, and when it is retried', async () => {
  event('fails', 0);
  const attempt = invocation({ eventId: 'fails-0', requestId: 'fails' });
  trace.onInvocationStart(attempt);
  await page.getByRole('option', { name: /Caller fails/ }).click();
  await page.getByRole('option', { name: /IntroIvr: StasisStart running/ }).waitFor();
  trace.onLog('IntroIvr', '{"level":"error","message":"the queue is full"}', 'fails');
  trace.onInvocationEnd(attempt, { ms: 12, error: 'TypeError: no', retryInMs: 60_000 });
  trace.onInvocationStart({ ...attempt, attempt: 2 });
  trace.onInvocationEnd({ ...attempt, attempt: 2 }, { ms: 3 });
  await page.getByRole('option', { name: /TypeError: no, again in 1 min 0 s/ }).click();
  const detail = page.getByRole('region', { name: 'IntroIvr handles StasisStart' });
  await detail.getByText('error: the queue is full').waitFor();
  await detail.getByText('attempt 2: done').waitFor();
});

test('dropped steps are counted, and removed from the page', async () => {
  for (let i = 0; i < 6000; i++) event('later', i);
  await page.getByText(/the oldest [\d,]+ steps are not kept/).waitFor();
  await page.getByRole('option', { name: /Caller later/ }).click();
  await until('all events', async () =>
    (await page.locator('#timeline-title + span').textContent())?.includes('6,000'),
  );
  const kept = Number(await page.evaluate('performance.memory?.usedJSHeapSize ?? 0'));
  console.info(`page with ${trace.steps.length} steps: ${(kept / 1e6).toFixed(1)} MB of JavaScript heap`);
});

test('the page reconnects when the console is back', async () => {
  const port = Number(new URL(page.url()).port);
  await console_.close();
  await page.getByText('disconnected; reconnecting').waitFor();
  const other = new Console({ trace: new Trace(), moduleOf: () => '' });
  await other.listen(port);
  await page.getByText('No call yet.').waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  await other.close();
});

test('the page itself has no errors', () => {
  expect(problems).toEqual([]);
});
