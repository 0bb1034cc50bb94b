// What somebody does who does not know yet what there is, or takes along what was found: mentions, searches side by side,
// values, the inventory, citations, completions.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertClean, json, launch, look, number, open, settings, total, unfold } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const setting of settings) describe(setting.name, { concurrency: 2 }, () => {
  const journey = (name, walk) => test(name, async () => {
    const visit = await open(browser, setting);
    await walk(visit, visit.page);
    assertClean(visit);
    await visit.context.close();
  });

  journey('every mention stands in its context, in the order asked for', async (visit, page) => {
    await page.goto('/search?q=china');
    await page.getByRole('link', { name: 'mentions in context' }).click();
    await page.waitForURL('**/mentions?q=china');
    await look(visit, 'mentions');
    const { mentions, total_mentions: all } = await json(visit, 'These mentions as JSON');
    assert.match(await page.locator('h1').innerText(), new RegExp(`^${all} mentions in `));
    assert.equal(await page.locator('.concordance mark').count(), mentions.length);
    await page.getByLabel('In order').selectOption({ label: 'by the words after' });
    await page.getByRole('button', { name: 'Show mentions' }).click();
    await page.waitForURL('**by=right**');
    assert.ok((await page.locator('.concordance mark').allInnerTexts()).every((text) => /chin/i.test(text)));
    await page.locator('.concordance .where a').first().click();
    await page.waitForURL('**/article/**');
    assert.ok(await page.locator('.story mark').count() > 0);
  });

  journey('searches are compared as lines over the same time', async (visit, page) => {
    await page.goto('/compare');
    await page.getByLabel('Search 1').fill('china');
    await page.getByLabel('Search 2').fill('port OR ship');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.waitForURL('**/compare?q=china&q=*');
    await look(visit, 'compare');
    assert.equal(await page.locator('.lines path.line').count(), 2);
    await page.locator('.numbers summary').click();
    const { queries } = await json(visit, 'This comparison as JSON');
    const sum = async (column) => {
      const cells = await page.locator(`tbody td:nth-of-type(${column}):not(.none)`).allInnerTexts();
      return cells.map(number).reduce((all, one) => all + one, 0);
    };
    const edge = async (name) => (await page.getByLabel(name, { exact: true }).boundingBox()).y;
    if (setting.width > 1000) assert.equal(await edge('From'), await edge('To'), 'dates stand in one line');
    const top = number(await page.locator('.scale li').first().innerText());
    const most = Math.max(...queries.flatMap(({ buckets }) => buckets.map(({ count }) => count)));
    assert.ok(top >= most, 'the axis says how high it goes');
    const silent = queries[0].buckets.filter(({ gap }) => gap).length;
    assert.equal(await page.locator('td.none').count(), silent, 'nothing kept is not zero');
    assert.ok(silent > 0 && await page.locator('.plot .gap').count() > 0);
    for (const [at, { total: found, unplaced }] of queries.entries()) assert.equal(await sum(at + 1), found - unplaced);
    await page.getByLabel('A point for each').selectOption('year');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.waitForURL('**interval=year**');
    assert.equal((await json(visit, 'This comparison as JSON')).interval, 'year');
    await page.locator('.legend a').first().click();
    assert.equal(await total(page), queries[0].total);
  });

  journey('filters in force are seen where searches are compared and mentions listed', async (visit, page) => {
    for (const path of ['/compare?q=china&q=port', '/mentions?q=china']) {
      await page.goto(`${path}&lang=en&from=2020&collapse=near`);
      await look(visit, path.startsWith('/compare') ? 'compare-narrowed' : 'mentions-narrowed');
      assert.equal(await page.locator('.chips li').count(), 3);
      assert.equal(await page.locator('.sorts [aria-current]').innerText(), 'Without copies');
      await page.getByRole('link', { name: 'Take off all' }).click();
      await page.waitForURL((url) => !url.search.includes('lang') && url.search.includes('collapse'));
      assert.equal(await page.locator('.chips').count(), 0);
    }
  });

  journey('what marks articles off is listed, and each word narrows the search to what it promises', async (visit, page) => {
    await page.goto('/search?q=china&lang=en');
    await page.getByRole('link', { name: 'what marks these articles off' }).click();
    await page.waitForURL('**/terms?q=china&lang=en');
    await look(visit, 'terms');
    const term = page.locator('.columns li').first();
    const count = number(await term.locator('.count').innerText());
    await term.locator('a').click();
    await page.waitForURL('**/search?q=china+AND+*&lang=en');
    assert.equal(await total(page), count);
  });

  journey('a timeline is drawn as a line for each source', async (visit, page) => {
    await page.goto('/search?lang=en');
    await page.getByRole('link', { name: 'By source' }).click();
    await page.waitForURL('**series=source');
    await look(visit, 'series');
    const lines = page.locator('.series .legend li');
    assert.equal(await page.locator('.plot path.line').count(), await lines.count());
    const count = number(await lines.first().locator('.count').innerText());
    await lines.first().locator('a').click();
    await page.waitForURL('**source=*');
    assert.equal(await total(page), count);
    await page.getByRole('link', { name: 'All as one' }).click();
    assert.equal(await page.locator('.plot').count(), 0);
  });

  journey('a time of which nothing is kept is told from one in which nothing is found', async (visit, page) => {
    const { timeline } = await (await visit.context.request.get('/api/v1/search?limit=0&interval=day')).json();
    const { from, to } = timeline.gaps.at(-1);
    await page.goto(`/search?from=${from}&to=${to}`);
    assert.match(await page.locator('.nothing').innerText(), /The archive has no article at all/);
    await look(visit, 'silence');
    await page.goto(`/search?from=${timeline.buckets[0].start}&to=${to}`);
    const axis = await page.locator('.timeline .axis').innerText();
    assert.match(axis, new RegExp(`${Number(to.slice(0, 4))}`), 'the axis goes on to what was asked for');
  });

  journey('the values of a facet are searched through, and chosen from', async (visit, page) => {
    await page.goto('/search');
    await unfold(visit);
    const all = page.locator('.facet', { hasText: 'Subjects' }).getByRole('link', { name: /^All \d/ });
    await all.click();
    await page.waitForURL('**/values/tag');
    await look(visit, 'values');
    await page.getByLabel('A word begins with').fill('tra');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.waitForURL('**prefix=tra**');
    const value = page.locator('.columns li').first();
    assert.match(await value.locator('a').first().innerText(), /\btra/i);
    const count = number(await value.locator('.count').innerText());
    await value.locator('a').first().click();
    await page.waitForURL('**/search?tag=*');
    assert.equal(await total(page), count);
  });

  journey('a search is cited, and its page says what has become of it', async (visit, page) => {
    await page.goto('/search?q=china&sort=oldest');
    const found = await total(page);
    await page.getByRole('button', { name: 'Cite this search' }).click();
    await page.waitForURL('**/citations/**');
    await look(visit, 'citation');
    assert.equal(await page.locator('ol.versions li').count(), found);
    assert.match(await page.locator('.fields').innerText(), /0 added, 0 changed, 0 no longer found, 0 withdrawn/);
    const permanent = page.locator('.fields a').first();
    assert.equal(await permanent.innerText(), page.url());
    await page.getByRole('link', { name: 'The same search now' }).click();
    assert.equal(await total(page), found);
  });

  journey('a search is taken along as a table, as lines and as feeds', async (visit, page) => {
    await page.goto('/search?q=china');
    const found = await total(page);
    const fetched = async (name) => {
      const answer = await visit.context.request.get(await page.getByRole('link', { name, exact: true }).getAttribute('href'));
      assert.equal(answer.status(), 200, name);
      return answer.text();
    };
    assert.equal((await fetched('JSON Lines')).trim().split('\n').length, found);
    assert.match(await fetched('a table (CSV)'), /^\ufeffid,/);
    for (const kind of ['RSS', 'Atom']) assert.match(await fetched(kind), /^<\?xml/);
    const advertised = await page.locator('link[rel=alternate]').evaluateAll((links) => links.map((link) => link.type));
    assert.deepEqual(advertised, ['application/rss+xml', 'application/atom+xml', 'application/feed+json']);
  });

  journey('what is counted and listed is taken along as tables', async (visit, page) => {
    const tables = {
      '/compare?q=tin&q=zinc': ['This comparison as a table (CSV)', 'query,interval,start,count,stories,gap'],
      '/mentions?q=tin': [/^All \d+ mentions as a table \(CSV\)$/, 'id,headline,published,'],
      '/terms?q=tin': ['These terms as a table (CSV)', 'kind,value,label,'],
      '/values/source?q=tin': [/^All \d+ values as a table \(CSV\)$/, 'value,label,count,stories'],
    };
    for (const [path, [name, head]] of Object.entries(tables)) {
      await page.goto(path);
      const answer = await visit.context.request.get(await page.getByRole('link', { name }).getAttribute('href'));
      assert.equal(answer.status(), 200, path);
      const table = await answer.text();
      assert.ok(table.startsWith(`\ufeff${head}`) && table.split('\r\n').length > 2, `${path}: ${table}`);
    }
  });

  journey('what is in here is told, and the API too', async (visit, page) => {
    await page.goto('/');
    await page.getByRole('link', { name: 'What is in here' }).click();
    await look(visit, 'about');
    const { articles } = await json(visit, 'All this as JSON');
    assert.equal(number(await page.locator('.standfirst').innerText()), articles);
    await page.getByRole('link', { name: 'For programs' }).click();
    await look(visit, 'docs');
    assert.ok(await page.getByText('GET /api/v1/search', { exact: true }).first().isVisible());
  });

  journey('how it stands with the server is told, and the API too', async (visit, page) => {
    await page.goto('/');
    await page.getByRole('link', { name: 'Status', exact: true }).click();
    await look(visit, 'status');
    const { articles } = await json(visit, 'All this as JSON');
    assert.equal(number(await page.locator('.standfirst').innerText()), articles);
    assert.ok(await page.getByText('99 of 100 within').isVisible());
  });

  journey('an article says what it is to machines, and leads to what is near it', async (visit, page) => {
    await page.goto('/search?q=%22northern+quays%22&collapse=near');
    await page.locator('.result h2 a').click();
    await page.waitForURL('**/article/**');
    assert.equal(await page.locator('meta[property="og:title"]').count(), 1);
    assert.equal(await page.locator('[itemtype="https://schema.org/NewsArticle"] [itemprop=headline]').count(), 1);
    const found = page.locator('.tail section', { hasText: 'Where in the archive' }).getByRole('link', { name: 'That day in all sources' });
    await found.click();
    assert.ok(await total(page) >= 1);
  });
});

test('completions come as one types, and are chosen by keys', async () => {
  const visit = await open(browser);
  const { page } = visit;
  await page.goto('/');
  const box = page.getByLabel('Search the archive');
  await box.pressSequentially('chin');
  const options = page.getByRole('option');
  await options.first().waitFor();
  await look(visit, 'completions');
  await box.press('ArrowDown');
  const chosen = await options.first().locator('.what').innerText();
  assert.equal(await options.first().getAttribute('aria-selected'), 'true');
  assert.equal(await box.getAttribute('aria-activedescendant'), await options.first().getAttribute('id'));
  await box.press('Escape');
  assert.equal(await box.inputValue(), 'chin');
  assert.equal(await options.count(), 0);
  await box.press('a');
  await options.first().waitFor();
  await box.press('ArrowDown');
  await box.press('Enter');
  await page.waitForURL('**/search?q=*');
  assert.ok(await total(page) > 0, chosen);
  assertClean(visit);
  await visit.context.close();
});

test('who goes back finds the pages that had come, and the place', async () => {
  const visit = await open(browser);
  const { page } = visit;
  await page.goto('/search?sort=oldest');
  const results = page.locator('.result h2 a');
  const more = page.getByRole('link', { name: 'More results' });
  for (let pages = 1; pages < 3; pages += 1) {
    await more.click();
    await page.waitForFunction((some) => document.querySelectorAll('.result').length > some, pages * 10);
  }
  const before = await results.allInnerTexts();
  await results.nth(25).click();
  await page.waitForURL('**/article/**');
  await page.goBack();
  await page.waitForFunction((some) => document.querySelectorAll('.result').length === some, before.length);
  assert.deepEqual(await results.allInnerTexts(), before);
  await page.waitForFunction(() => scrollY > 600);
  assertClean(visit);
  await visit.context.close();
});

test('a printed list says how much of it is on paper', {
  skip: process.env.REUTERS_URL ? false : 'it needs REUTERS_URL, a server with the Reuters-21578 articles',
}, async () => {
  const visit = await open(browser);
  const { page } = visit;
  await page.goto(new URL('/search?q=opec', process.env.REUTERS_URL).href);
  await page.getByRole('button', { name: 'Cite this search' }).click();
  await page.waitForURL('**/citations/**');
  await look(visit, 'citation-long');
  const said = page.getByText(/^100 of [\d,]+ are printed; the whole list: http/);
  assert.equal(await said.isVisible(), false);
  await page.emulateMedia({ media: 'print' });
  assert.ok(await said.isVisible());
  await visit.context.close();
});

test('the next page comes under this one, without a jump', async () => {
  const visit = await open(browser);
  const { page } = visit;
  await page.goto('/search?sort=oldest');
  const results = page.locator('.result h2 a');
  const before = await results.allInnerTexts();
  await page.getByRole('link', { name: 'More results' }).click();
  await page.waitForFunction((some) => document.querySelectorAll('.result').length > some, before.length);
  assert.deepEqual((await results.allInnerTexts()).slice(0, before.length), before);
  assert.equal(new URL(page.url()).search, '?sort=oldest');
  await page.keyboard.press('?');
  await page.waitForURL('**/help');
  assertClean(visit);
  await visit.context.close();
});

// On real news, where there is some: how did coverage of OPEC change in spring 1987, and who reported it?
for (const setting of settings.filter(({ scheme }) => scheme === 'light')) {
  test(`a question is answered, cited and taken along in twelve clicks and two lines (${setting.name})`, {
    skip: process.env.REUTERS_URL ? false : 'it needs REUTERS_URL, a server with the Reuters-21578 articles',
  }, async () => {
    const visit = await open(browser, setting);
    const { page } = visit;
    let clicks = 0;
    let lines = 0;
    const click = async (target) => { clicks += 1; await target.click(); };
    const type = async (target, line) => { lines += 1; await target.fill(line); await target.press('Enter'); };

    await page.goto(process.env.REUTERS_URL);
    await type(page.getByLabel('Search the archive'), 'opec date:[1987-03 TO 1987-05]');
    await page.waitForURL('**/search?q=opec**');
    await look(visit, 'opec');
    const found = await total(page);
    assert.ok(found > 50);
    assert.ok(await page.locator('.timeline .bar').count() > 5, 'how it changed is drawn');

    // Who reported it: the bylines and places beside the results.
    if (setting.width < 960) await click(page.locator('.rail > summary'));
    const places = page.locator('.facet', { hasText: 'Places' }).locator('li a').first();
    await click(places);
    await page.waitForURL('**place=**');
    const narrowed = await total(page);
    assert.ok(narrowed > 0 && narrowed < found);
    await click(page.locator('.chips a').first());
    assert.equal(await total(page), found);

    await click(page.getByRole('link', { name: 'compare it' }));
    await page.waitForURL('**/compare**');
    await type(page.getByLabel('Search 2'), 'oil price date:[1987-03 TO 1987-05]');
    await page.waitForURL('**q=oil**');
    await look(visit, 'opec-compared');
    assert.equal(await page.locator('.lines path.line').count(), 2);

    await click(page.locator('.legend a').first());
    assert.equal(await total(page), found);
    await click(page.getByRole('button', { name: 'Cite this search' }));
    await page.waitForURL('**/citations/**');
    await look(visit, 'opec-cited');
    await click(page.getByRole('link', { name: 'The same search now' }));
    clicks += 1;
    const href = await page.getByRole('link', { name: 'a table (CSV)' }).getAttribute('href');
    const table = await (await visit.context.request.get(new URL(href, process.env.REUTERS_URL).href)).text();
    assert.ok(table.split('\r\n').length > found, 'a row for each, and their head');
    assert.ok(clicks <= 12 && lines <= 2, `${clicks} clicks and ${lines} lines`);
    await visit.context.close();
  });
}
