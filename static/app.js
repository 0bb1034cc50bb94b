// What makes reading quicker: completions as one types, the next page in place, keys. No page needs this file.
// The keys can be turned off at the foot of the page (WCAG 2.1.4).
(() => {
  const box = document.getElementById('q');

  const keys = () => {
    const NAME = 'broadsheet-keys';
    const button = document.getElementById('keys');
    const remembered = () => { try { return localStorage.getItem(NAME); } catch { return null; } };
    const remember = (value) => { try { localStorage.setItem(NAME, value); } catch { /* private window */ } };

    let on = remembered() !== 'off';
    const show = () => {
      button.setAttribute('aria-pressed', String(on));
      button.textContent = on ? 'Shortcuts on' : 'Shortcuts off';
    };
    button.parentElement.hidden = false;
    button.addEventListener('click', () => { on = !on; remember(on ? 'on' : 'off'); show(); });
    show();

    const results = () => [...document.querySelectorAll('.result h2 a, .concordance .where a')];
    const step = (by) => {
      const links = results();
      if (links.length === 0) return;
      const at = links.indexOf(document.activeElement);
      const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by));
      links[next].focus();
    };

    const doings = {
      '/': () => { box?.focus(); box?.select(); },
      j: () => step(1),
      k: () => step(-1),
      o: () => { if (results().includes(document.activeElement)) document.activeElement.click(); },
      '?': () => location.assign('/help'),
    };

    document.addEventListener('keydown', (event) => {
      const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
      if (!on || isTyping || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(doings, event.key)) return;
      event.preventDefault();
      doings[event.key]();
    });
  };

  // A combobox with a list (WAI-ARIA Authoring Practices); what is typed stays typed until something is chosen.
  const completions = () => {
    const PAUSE = 120;
    const list = document.createElement('ul');
    list.className = 'meant';
    list.id = 'meant';
    list.hidden = true;
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', 'Completions');
    box.after(list);
    const about = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-expanded': 'false' };
    Object.entries(about).forEach(([name, value]) => box.setAttribute(name, value));

    let offered = [];
    let at = -1;
    let waiting;
    let asking;

    const close = () => {
      clearTimeout(waiting);
      asking?.abort();
      at = -1;
      list.hidden = true;
      box.setAttribute('aria-expanded', 'false');
      box.removeAttribute('aria-activedescendant');
    };
    const mark = (to) => {
      list.children[at]?.setAttribute('aria-selected', 'false');
      at = to;
      const item = list.children[at];
      item?.setAttribute('aria-selected', 'true');
      item?.scrollIntoView({ block: 'nearest' });
      if (item) box.setAttribute('aria-activedescendant', item.id);
      else box.removeAttribute('aria-activedescendant');
    };
    const take = (completion) => {
      close();
      if (completion.id) { location.assign(`/article/${completion.id}`); return; }
      box.value = completion.q;
      box.form.requestSubmit();
    };
    const part = (name, text) => {
      const span = document.createElement('span');
      span.className = name;
      span.textContent = text;
      return span;
    };
    const item = (completion, number) => {
      const line = document.createElement('li');
      line.id = `meant-${number}`;
      line.setAttribute('role', 'option');
      line.setAttribute('aria-selected', 'false');
      const what = part('what', completion.label);
      what.dir = 'auto';
      line.append(what, ' ', part('kind', completion.id ? 'headline' : `${completion.kind} ${completion.count.toLocaleString('en')}`));
      // Before the box loses the focus, and the list with it.
      line.addEventListener('mousedown', (event) => { event.preventDefault(); take(completion); });
      return line;
    };
    const ask = async () => {
      asking?.abort();
      asking = new AbortController();
      const typed = box.value;
      try {
        const query = new URLSearchParams({ prefix: typed, limit: '8' });
        const answer = await fetch(`/api/v1/suggest?${query}`, { signal: asking.signal });
        if (!answer.ok || box.value !== typed) return;
        offered = (await answer.json()).completions;
        if (offered.length === 0 || document.activeElement !== box) { close(); return; }
        list.replaceChildren(...offered.map(item));
        at = -1;
        box.removeAttribute('aria-activedescendant');
        list.hidden = false;
        box.setAttribute('aria-expanded', 'true');
      } catch { /* asked anew meanwhile, or no answer: the box works without */ }
    };

    box.addEventListener('input', () => {
      clearTimeout(waiting);
      if (box.value.trim() === '') close();
      else waiting = setTimeout(ask, PAUSE);
    });
    box.addEventListener('blur', close);
    box.addEventListener('keydown', (event) => {
      if (list.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        const places = offered.length + 1;
        mark((at + 1 + step + places) % places - 1);
      } else if (event.key === 'Escape') {
        event.preventDefault();
        close();
      } else if (event.key === 'Enter' && at >= 0) {
        event.preventDefault();
        take(offered[at]);
      }
    });
  };

  // The next page under this one; the link works as a link where that fails. How many have come is kept with the entry of
  // the history: whoever goes back finds them again, and where they were.
  const nextPages = () => {
    const NEXT = '.list .pages .next, .wide .pages .next';
    const LIST = '.results, .concordance';

    const append = async (link) => {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const more = [...page.querySelector(LIST).children];
      document.querySelector(LIST).append(...more);
      const next = page.querySelector('.pages .next');
      if (next) link.replaceWith(next);
      else link.remove();
      return more;
    };
    const note = (what) => history.replaceState({ ...history.state, ...what }, '');

    document.addEventListener('click', async (event) => {
      const link = event.target.closest?.(NEXT);
      if (!link || !document.querySelector(LIST) || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      link.setAttribute('aria-disabled', 'true');
      try {
        const more = await append(link);
        note({ more: (history.state?.more ?? 0) + 1 });
        more[0]?.querySelector('h2 a, .where a')?.focus({ preventScroll: true });
      } catch { location.assign(link.href); }
    });

    const restore = async ({ more, y }) => {
      try {
        for (let link = document.querySelector(NEXT); link && more > 0; link = document.querySelector(NEXT), more -= 1) await append(link);
        if (y) scrollTo(0, y);
      } catch { /* what is there has its link to the rest */ }
    };
    if (history.state?.more) restore(history.state);
    addEventListener('pagehide', () => { if (history.state?.more) note({ y: scrollY }); });
  };

  keys();
  if (box) completions();
  nextPages();
})();
