import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Chromium without a window. In a container it runs as root, where its sandbox cannot. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page whose errors and content security policy violations are recorded. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, colorScheme: 'light' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // A request that the console refuses with a sentence is shown on the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe's findings on the current page: rule, and where. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
  if (passes.length < 10) throw new Error(`axe examined almost nothing: ${passes.length} rules passed`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`),
  );
}

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));

/** Saves a screenshot for the README, where `UPDATE_SCREENSHOTS` is set; otherwise checks that one can be taken. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const path = process.env.UPDATE_SCREENSHOTS ? { path: `${IMAGES}${name}.png` } : {};
  const picture = await page.screenshot({ ...path, animations: 'disabled' });
  if (picture.length < 10_000) throw new Error(`Expected a picture of the page, got ${picture.length} bytes`);
}
