// What holds of single pages: refusals with a way on, keys, weight.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertClean, launch, look, open, settings } from './browser.mjs';

const MOST_BYTES = 60 * 1024;

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const setting of settings.filter(({ scheme }) => scheme === 'light')) {
  for (const [path, status, wayOn] of [
    ['/search?q=china&cursor=rubbish', 400, 'The same search without “cursor”'],
    ['/article/nosucharticle00', 404, 'The front page'],
    ['/nothing/here', 404, 'The front page'],
  ]) {
    test(`a refusal leads on: ${path} (${setting.name})`, async () => {
      const visit = await open(browser, setting);
      // The browser itself notes a refused document on the console; that is not ours to prevent.
      const response = await visit.page.goto(path);
      assert.equal(response.status(), status);
      await look(visit, `refusal-${status}`);
      await visit.page.getByRole('link', { name: wayOn }).click();
      assert.equal(await visit.page.locator('#q').count(), 1);
      await visit.context.close();
    });
  }
}

test('a refusal is explained at an address of its own', async () => {
  const visit = await open(browser);
  await visit.page.goto('/search?limit=many');
  await visit.page.getByRole('link', { name: 'What this means' }).click();
  assert.match(await visit.page.locator(':target').innerText(), /^bad_number/);
  await visit.context.close();
});

test('a version that is not there leads to the article and to those that are', async () => {
  const visit = await open(browser);
  await visit.page.goto('/search?source=Lockside+Gazette');
  const [article] = (await visit.page.locator('.result h2 a').getAttribute('href')).split('?');
  for (const [path, way] of [['?version=9', 'Its versions'], ['/compare?from=1&to=9', 'The article']]) {
    const response = await visit.page.goto(`${article}${path}`);
    assert.equal(response.status(), 404);
    await look(visit, 'no-version');
    await visit.page.getByRole('link', { name: way, exact: true }).click();
    await visit.page.locator('#versions').waitFor();
  }
  await visit.context.close();
});

test('hostile articles do nothing but be read', async () => {
  const visit = await open(browser);
  const { page } = visit;
  for (let article = 0; article < 2; article += 1) {
    await page.goto('/search?q=hostile');
    await page.locator('.result h2 a').nth(article).click();
    await look(visit, 'hostile');
    assert.equal(await page.locator('.story :is(svg, img, iframe, script, [onload], [onfocus], [onmouseover])').count(), 0);
    assert.equal(await page.locator('a:is([href^="javascript"], [href^="data"])').count(), 0);
  }
  assertClean(visit);
  await visit.context.close();
});

test('an article written from right to left stands at the right, with all that belongs to it', async () => {
  const visit = await open(browser);
  const { page } = visit;
  await page.goto('/search?q=lang:ar');
  const ends = (selector) => page.locator(selector).first().evaluate((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    return Math.round(range.getBoundingClientRect().right);
  });
  const edge = await page.locator('.result').first().evaluate((result) => Math.round(result.getBoundingClientRect().right));
  for (const part of ['h2', '.slug .source']) assert.ok(Math.abs(await ends(`.result ${part}`) - edge) < 3, part);
  await page.locator('.result h2 a').first().click();
  assert.equal(await page.locator('.story').evaluate((story) => getComputedStyle(story).direction), 'rtl');
  await look(visit, 'right-to-left');
  assertClean(visit);
  await visit.context.close();
});

test('every part of the results is reached with the tab key, in view and with a visible focus', async () => {
  const visit = await open(browser);
  const { page } = visit;
  await page.goto('/search?q=china');
  const reached = new Set();
  for (let steps = 0; steps < 600 && !reached.has('colophon'); steps += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const here = document.activeElement;
      const part = here.closest('.skip, .box, .sorts, .chips, .timeline, .dates, .facet, .result, .pages, .colophon');
      const { width, height } = here.getBoundingClientRect();
      const style = getComputedStyle(here);
      const drawn = here.closest('svg') ? getComputedStyle(here.querySelector('.reach')).stroke : style.outlineStyle;
      return { part: part?.classList[0] ?? '', seen: width > 0 && height > 0, drawn, html: here.outerHTML.slice(0, 120) };
    });
    assert.ok(stop.seen, `out of sight: ${stop.html}`);
    assert.notEqual(stop.drawn, 'none', `no visible focus: ${stop.html}`);
    reached.add(stop.part);
  }
  for (const part of ['skip', 'box', 'sorts', 'dates', 'facet', 'result', 'colophon']) assert.ok(reached.has(part), `${part} was not reached`);
  assertClean(visit);
  await visit.context.close();
});

test('the skip link leads to the content', async () => {
  const visit = await open(browser);
  await visit.page.goto('/search?q=china');
  await visit.page.keyboard.press('Tab');
  await visit.page.keyboard.press('Enter');
  await visit.page.waitForURL((url) => url.hash === '#main');
  await visit.context.close();
});

test('keys move through the results, and can be turned off', async () => {
  const visit = await open(browser);
  const { page } = visit;
  await page.goto('/search?q=china');
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  const first = await page.locator('.result h2 a').first().textContent();
  await page.keyboard.press('j');
  assert.equal(await focused(), first);
  await page.keyboard.press('/');
  assert.equal(await focused(), 'q');
  await page.keyboard.type('j');
  assert.equal(await focused(), 'q', 'in the box a key is a letter');

  await page.getByRole('button', { name: 'Shortcuts on' }).click();
  await page.reload();
  await page.keyboard.press('j');
  assert.notEqual(await focused(), first);

  await page.getByRole('button', { name: 'Shortcuts off' }).click();
  await page.locator('h1').click();
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await page.waitForURL('**/article/**');
  assertClean(visit);
  await visit.context.close();
});

for (const path of ['/', '/search', '/search?q=china']) {
  test(`a first visit to ${path} weighs less than 60 KB, assets and all`, async () => {
    const visit = await open(browser);
    const bodies = [];
    visit.page.on('response', (response) => bodies.push(response.body()));
    await visit.page.goto(path, { waitUntil: 'networkidle' });
    const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
    await visit.context.close();
  });
}
