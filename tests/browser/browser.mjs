// A browser whose every page is watched: an error on the console, a request to another host or a page that scrolls
// sideways is remembered, and `assertClean` fails the test that caused it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const LEVELS_A_AND_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const QUIET = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const base = process.env.BASE_URL;
assert.ok(base, 'BASE_URL must name a server started with --demo --ingest tests/hostile --ingest tests/browser/news, as http://127.0.0.1:8080');

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: QUIET,
});

/** Every way a page must work: phone and desk, light and dark, with JavaScript and without. */
export const settings = [360, 1440].flatMap((width) => ['light', 'dark'].flatMap((scheme) => [true, false].map((script) => ({
  width,
  scheme,
  script,
  name: `${width} px, ${scheme}, ${script ? 'with' : 'without'} JavaScript`,
}))));

export async function open(browser, { width = 1440, scheme = 'light', script = true } = {}) {
  const context = await browser.newContext({
    baseURL: base,
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: script,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  context.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(base).host) complaints.push(`another host: ${request.url()}`);
  });
  return { page, context, complaints, width, scheme, script };
}

export const assertClean = ({ complaints }) => assert.deepEqual(complaints, []);

/** What must hold of whatever page is open now. */
export async function look(visit, name) {
  const { page, width, scheme, script } = visit;
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways`);
  assert.equal(await page.locator('h1').count(), 1, `${name} has one heading of the first rank`);
  if (process.env.SCREENSHOTS && script) {
    mkdirSync(process.env.SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${width}-${scheme}.png`), fullPage: true });
  }
  // axe is itself a script in the page.
  if (!script) return;
  const { violations } = await new AxeBuilder({ page }).withTags(LEVELS_A_AND_AA).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  assert.deepEqual(found, [], `axe on ${name}`);
}

export const number = (text) => Number(/[\d,]+/.exec(text)[0].replaceAll(',', ''));

/** The count that heads a page of results. */
export const total = async (page) => number(await page.locator('h1').innerText());

/** What a link "as JSON" leads to. */
export async function json(visit, name) {
  const href = await visit.page.getByRole('link', { name }).getAttribute('href');
  return (await visit.context.request.get(href)).json();
}

/** The filters are folded away on a phone. */
export async function unfold(visit) {
  const summary = visit.page.locator('.rail > summary');
  if (await summary.isVisible() && !(await visit.page.locator('.rail').evaluate((rail) => rail.open))) await summary.click();
}
