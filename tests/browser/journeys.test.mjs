// What a reader does, in every setting: from the front page to an article and back, by filters, timeline and pages.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertClean, json, launch, look, number, open, settings, total, unfold } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

// Two at a time: one waits for the page while the other looks at its own.
for (const setting of settings) describe(setting.name, { concurrency: 2 }, () => {
  const journey = (name, walk) => test(name, async () => {
    const visit = await open(browser, setting);
    await walk(visit, visit.page);
    assertClean(visit);
    await visit.context.close();
  });

  journey('from the front page to an article and back', async (visit, page) => {
    await page.goto('/');
    await look(visit, 'home');
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(setting.scheme === 'dark', Number(/\d+/.exec(paper)[0]) < 128, `the paper is ${paper}`);
    assert.ok(await page.locator('.latest li').count() > 0, 'the latest articles are listed');

    await page.getByLabel('Search the archive').fill('"rare earths" AND China');
    await page.getByLabel('Search the archive').press('Enter');
    await page.waitForURL('**/search?q=*');
    await look(visit, 'search');
    assert.ok(await total(page) >= 1);
    assert.match(await page.locator('.result mark').first().innerText(), /rare earths|china/i);
    for (const part of ['.source', 'time', '.tags a']) assert.ok(await page.locator(`.result ${part}`).count() > 0, `results show ${part}`);
    assert.equal((await json(visit, 'This search as JSON')).total, await total(page));

    const results = page.url();
    await page.locator('.result h2 a').first().click();
    await page.waitForURL('**/article/**');
    await look(visit, 'article');
    assert.ok(await page.locator('.story mark').count() > 0, 'marks are kept');
    const article = await json(visit, 'This article as JSON');
    assert.deepEqual(await page.locator('.text p:not(.dateline)').allInnerTexts(), article.body, 'each paragraph once');
    assert.deepEqual(await page.locator('.tail section', { hasText: 'Subjects' }).locator('a').allInnerTexts(), article.tags);
    if (article.url) assert.equal(await page.locator('.outside a').first().getAttribute('href'), article.url);
    await page.goBack();
    assert.equal(page.url(), results);
    await page.goForward();
    await page.getByRole('link', { name: /^Results for/ }).click();
    assert.ok(await total(page) >= 1);
  });

  journey('a facet value narrows to its count, and off again; its minus leaves it out', async (visit, page) => {
    await page.goto('/search');
    const all = await total(page);
    await unfold(visit);
    await look(visit, 'facets');
    const value = () => page.locator('.facet').first().locator('li').first();
    const count = number(await value().locator('.count').innerText());
    await value().locator('a').first().click();
    assert.equal(await total(page), count);
    await look(visit, 'narrowed');

    await unfold(visit);
    await page.locator('.facet .chosen a').first().click();
    assert.equal(await total(page), all);

    await unfold(visit);
    await value().locator('.minus').click();
    assert.equal(await total(page), all - count);
    await page.locator('.chips a').first().click();
    assert.equal(await total(page), all);
  });

  journey('a bar of the timeline narrows the dates to what it counts', async (visit, page) => {
    await page.goto('/search');
    const all = await total(page);
    const bar = page.locator('.timeline svg a').first();
    const label = await bar.getAttribute('aria-label');
    const count = number(label.slice(label.lastIndexOf(':')));
    await bar.focus();
    await bar.press('Enter');
    await page.waitForURL('**/search?from=*');
    assert.equal(await total(page), count, label);
    await look(visit, 'dates');

    for (const name of ['From', 'To']) await page.locator('.chips a', { hasText: `${name}:` }).click();
    assert.equal(await total(page), all);
    await unfold(visit);
    const from = new URL(page.url()).searchParams.get('from') ?? '1900';
    await page.getByLabel('From').fill(from);
    await page.getByRole('button', { name: 'Set dates' }).click();
    await page.waitForURL('**from=*');
    assert.ok(await total(page) <= all);
  });

  journey('the order is chosen, and the chosen one marked', async (visit, page) => {
    await page.goto('/search?q=china');
    for (const [name, ordered] of [['Newest', (days) => days.toSorted().reverse()], ['Oldest', (days) => days.toSorted()]]) {
      const link = page.locator('.sorts').getByRole('link', { name });
      await link.click();
      assert.equal(await link.getAttribute('aria-current'), 'true');
      const days = await page.locator('.result time').evaluateAll((times) => times.map((time) => time.dateTime.slice(0, 10)));
      assert.deepEqual(days, ordered(days), name);
    }
  });

  journey('the pages add up to the total, each article once', async (visit, page) => {
    await page.goto('/search?sort=oldest');
    const all = await total(page);
    const seen = [];
    const listed = () => page.locator('.result h2 a').evaluateAll((links) => links.map((link) => new URL(link.href).pathname));
    for (;;) {
      const there = await listed();
      seen.push(...there);
      const next = page.getByRole('link', { name: 'More results' });
      if (await next.count() === 0) break;
      // Without the script each page is one of its own.
      await page.goto(await next.getAttribute('href'));
    }
    assert.equal(seen.length, all);
    assert.equal(new Set(seen).size, all);
    await look(visit, 'last-page');
    await page.getByRole('link', { name: 'First page' }).click();
    assert.equal(new URL(page.url()).searchParams.get('sort'), 'oldest');
  });

  journey('an odd query is read, and what is odd is underlined', async (visit, page) => {
    await page.goto(`/search?${new URLSearchParams({ q: 'tgg:china "unclosed <script>alert(1)</script>' })}`);
    assert.ok(await page.locator('.typed u.warning').count() > 0, 'the place is underlined');
    assert.ok(await page.locator('.remarks li').count() > 0, 'the warning is worded');
    assert.match(await page.locator('.clauses').innerText(), /^Read as .*china\b.* AND .*unclosed\b/s, 'the reading is shown');
    await look(visit, 'warnings');
  });

  journey('a clause says what it comes to, and a click on it leaves it out', async (visit, page) => {
    await page.goto(`/search?${new URLSearchParams({ q: 'mine* (china OR "rare earths") -tag:xqzzyqx', sort: 'oldest' })}`);
    await look(visit, 'explained');
    const clause = (name) => page.locator('.clauses').getByRole('link', { name });
    assert.ok(await clause('Remove tag:xqzzyqx no articles').isVisible(), 'a clause that finds nothing says so');
    await page.locator('.expanded summary').click();
    assert.match(await page.locator('.expanded p').innerText(), /\bmine \d/, 'what a wildcard stands for is listed');

    const narrow = await total(page);
    const either = number(await clause('Remove (china OR "rare earths")').locator('.count').innerText());
    await clause('Remove tag:xqzzyqx').click();
    await page.waitForURL('**/search?q=%28mine*+AND+%28china+OR+%22rare+earths%22%29%29&sort=oldest');
    await clause('Remove mine*').click();
    await page.waitForURL('**/search?q=%28china+OR+%22rare+earths%22%29&sort=oldest');
    assert.equal(await total(page), either, 'a clause finds what it promised');
    assert.ok(either > narrow);
    await clause('Remove "rare earths"').click();
    await page.waitForURL('**/search?q=china&sort=oldest');
    assert.equal(await page.locator('.reading').count(), 0, 'a single word needs no explanation');
  });

  journey('operators that are mixed are marked', async (visit, page) => {
    await page.goto(`/search?${new URLSearchParams({ q: 'china OR tin copper' })}`);
    assert.match(await page.locator('.clauses .mixed').innerText(), /^OR/);
    assert.match(await page.locator('.remarks').innerText(), /AND binds tighter than OR/);
    await look(visit, 'mixed');
  });

  // Advice has its time and no more: on a machine that is busy elsewhere it may not come at once.
  const advised = async (page, address) => {
    for (let again = 0; again < 10; again += 1) {
      await page.goto(address);
      if (await page.locator('.nothing li').count() > 0) return;
    }
  };

  journey('nothing found leads to what is found, as often as promised', async (visit, page) => {
    for (const query of ['q=xqzzyqx+china', 'q=chinna', 'q=china&tag=xqzzyqx', 'q=%22earths+china+rare%22']) {
      await advised(page, `/search?${query}`);
      assert.equal(await total(page), 0, query);
      await look(visit, 'nothing');
      const ways = await page.locator('.nothing li').evaluateAll((items) => items.map((item) => (
        { href: item.querySelector('a').href, promised: item.querySelector('.count').textContent })));
      assert.ok(ways.length > 0, query);
      for (const { href, promised } of ways) {
        await page.goto(href);
        assert.equal(await total(page), number(promised), href);
      }
    }
    await advised(page, '/search?q=xqzzyqx+china');
    await page.getByRole('link', { name: 'without xqzzyqx' }).click();
    assert.ok(await total(page) > 0);
  });

  journey('a story told by several is told apart: the original, its copies, and one hit for all', async (visit, page) => {
    await page.goto('/search?q=%22northern+quays%22');
    const hits = page.locator('.result');
    assert.equal(await hits.count(), 3);
    await look(visit, 'with-copies');
    assert.equal(await hits.getByText('Original, 2 copies').count(), 1);
    assert.equal(await hits.getByText('Copy of Council approves the tram').count(), 2);
    assert.match(await page.locator('.result h2.stand-in').innerText(), /^The tram line to the northern quays/, 'first words stand in for a headline');

    await page.getByRole('link', { name: 'Without copies' }).click();
    await page.waitForURL('**collapse=near');
    assert.equal(await hits.count(), 1);
    assert.equal(await total(page), 1);
    await look(visit, 'without-copies');

    await page.goto('/search?source=Evening+Quay');
    await hits.locator('h2 a').click();
    await page.waitForURL('**/article/**');
    await look(visit, 'copy');
    await page.locator('.told a').click();
    await page.waitForURL('**/article/**');
    await page.locator('#copies').getByText('This is the earliest').waitFor();
    assert.equal(await page.locator('#copies li').count(), 2);
    await look(visit, 'original');
  });

  journey('an older version says so, and leads to the current one and to what is different', async (visit, page) => {
    await page.goto('/search?source=Lockside+Gazette');
    await page.locator('.result h2 a').click();
    await page.waitForURL('**/article/**');
    assert.equal(await page.locator('.older').count(), 0);
    await page.locator('#versions').getByRole('link', { name: 'Version 1' }).click();
    await page.waitForURL('**version=1');
    await page.locator('.older').getByText('Not the current version').waitFor();
    assert.ok((await page.locator('.text').innerText()).includes('31 to 14'));
    await look(visit, 'older-version');

    await page.locator('.older').getByRole('link', { name: 'What is different in it' }).click();
    await page.waitForURL('**/compare?from=1&to=2');
    assert.deepEqual(await page.locator('.text p.edited').first().locator('del, ins').evaluateAll((marks) => marks.map((mark) => mark.textContent)), ['31', '30', '14', '15']);
    assert.match(await page.locator('.fields').innerText(), /5 March 2025, 07:30 UTC/);
    await look(visit, 'comparison');
    await page.goBack();
    await page.locator('.older').getByRole('link', { name: 'The current version' }).click();
    await page.waitForURL((url) => !url.search.includes('version'));
    assert.ok((await page.locator('.text').innerText()).includes('30 to 15'));
  });

  journey('an article without a headline is called by its first words', async (visit, page) => {
    await page.goto('/search?q=swans+telescope');
    await look(visit, 'no-headline-hit');
    await page.locator('.result h2.stand-in a').click();
    await page.waitForURL('**/article/**');
    assert.match(await page.locator('h1.stand-in').innerText(), /^Two swans have come back/);
    assert.equal(await page.locator('.text p').count(), 2);
    await look(visit, 'no-headline');
  });

  journey('the manual', async (visit, page) => {
    await page.goto('/help');
    await look(visit, 'help');
    await page.locator('dt a').first().click();
    await page.waitForURL('**/search?q=*');
    await page.goto('/help');
    await page.getByRole('link', { name: 'Errors and advice' }).click();
    await look(visit, 'errors');
  });
});
