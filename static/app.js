// Keys for those who like them: / to the box, j and k through the results, o to open. No page needs this file.
// They can be turned off at the foot of the page (WCAG 2.1.4).
(() => {
  const NAME = 'broadsheet-keys';
  const box = document.getElementById('q');
  const button = document.getElementById('keys');

  const remembered = () => { try { return localStorage.getItem(NAME); } catch { return null; } };
  const remember = (value) => { try { localStorage.setItem(NAME, value); } catch { /* private window */ } };

  let on = remembered() !== 'off';
  const show = () => {
    button.setAttribute('aria-pressed', String(on));
    button.textContent = on ? 'Keys on' : 'Keys off';
  };
  button.parentElement.hidden = false;
  button.addEventListener('click', () => { on = !on; remember(on ? 'on' : 'off'); show(); });
  show();

  const results = () => [...document.querySelectorAll('.result h2 a')];
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
  };

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (!on || isTyping || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(doings, event.key)) return;
    event.preventDefault();
    doings[event.key]();
  });
})();
