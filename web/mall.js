// Comforts on top of pages that work without script: suggestions, no double sending, progress, chart values.
const $$ = (sel, root = document) => Array.from(root.querySelectorAll(sel));

// Suggestions under the search box, as an ARIA combobox.
for (const input of $$('[data-suggest]')) {
  const list = document.createElement('ul');
  list.className = 'suggest';
  list.id = 'suggest-list';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', '搜索建议');
  input.parentNode.appendChild(list);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-expanded', 'false');
  input.setAttribute('aria-controls', list.id);
  let timer = 0, asked = 0, at = -1, items = [];
  const close = () => { list.hidden = true; at = -1; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant'); };
  const pick = (i) => { location.href = items[i].href; };
  const mark = (i) => {
    at = i;
    $$('li', list).forEach((li, n) => li.setAttribute('aria-selected', String(n === i)));
    if (i >= 0) input.setAttribute('aria-activedescendant', 's' + i); else input.removeAttribute('aria-activedescendant');
  };
  const show = (found) => {
    items = found;
    list.textContent = '';
    found.forEach((s, i) => {
      const li = document.createElement('li');
      li.id = 's' + i;
      li.setAttribute('role', 'option');
      li.setAttribute('aria-selected', 'false');
      const text = document.createElement('span');
      text.textContent = s.text;
      const kind = document.createElement('span');
      kind.className = 'muted small';
      kind.textContent = s.kind;
      li.append(text, kind);
      li.addEventListener('mousedown', (e) => { e.preventDefault(); pick(i); });
      list.appendChild(li);
    });
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    at = -1;
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (!words) { close(); return; }
    timer = setTimeout(async () => {
      const mine = ++asked;
      try {
        const res = await fetch(input.dataset.suggest + '?q=' + encodeURIComponent(words));
        const found = await res.json();
        if (mine === asked) show(found);
      } catch (e) { close(); }
    }, 120);
  });
  input.addEventListener('keydown', (e) => {
    if (list.hidden) return;
    if (e.key === 'ArrowDown') { e.preventDefault(); mark((at + 1) % items.length); }
    else if (e.key === 'ArrowUp') { e.preventDefault(); mark((at - 1 + items.length) % items.length); }
    else if (e.key === 'Enter' && at >= 0) { e.preventDefault(); pick(at); }
    else if (e.key === 'Escape') close();
  });
  input.addEventListener('blur', close);
}

// A form is sent once; the server would recognise a second sending anyway.
for (const form of $$('form[data-once]')) {
  form.addEventListener('submit', () => {
    setTimeout(() => $$('button', form).forEach((b) => { b.disabled = true; }), 0);
  });
}
window.addEventListener('pageshow', () => $$('form[data-once] button').forEach((b) => { b.disabled = false; }));

// A question before what cannot be undone.
for (const el of $$('[data-confirm]')) {
  el.addEventListener('submit', (e) => { if (!window.confirm(el.dataset.confirm)) { e.preventDefault(); e.stopImmediatePropagation(); } }, true);
}

// Long work: shows how far it is, then opens the result.
for (const box of $$('[data-progress-url]')) {
  const bar = box.querySelector('progress');
  const text = box.querySelector('[data-progress-text]');
  const look = async () => {
    try {
      const p = await (await fetch(box.dataset.progressUrl)).json();
      if (bar && p.total) bar.value = (p.done * 100) / p.total;
      if (text) text.textContent = p.state + ' ' + p.done + ' / ' + p.total + ' 行';
      if (p.href) { location.replace(p.href); return; }
    } catch (e) { /* the next look may succeed */ }
    setTimeout(look, 500);
  };
  setTimeout(look, 300);
}

// Values of a chart under the pointer.
for (const dot of $$('[data-tip]')) {
  let tip = null;
  dot.addEventListener('mouseenter', () => {
    tip = document.createElement('div');
    tip.className = 'tip';
    tip.textContent = dot.dataset.tip;
    document.body.appendChild(tip);
    const r = dot.getBoundingClientRect();
    tip.style.left = r.left + window.scrollX + 'px';
    tip.style.top = r.top + window.scrollY - 32 + 'px';
  });
  dot.addEventListener('mouseleave', () => { if (tip) tip.remove(); });
}

// The work menu starts closed on a phone.
const menu = document.querySelector('.side details');
if (menu && window.matchMedia('(max-width:760px)').matches) menu.open = false;
