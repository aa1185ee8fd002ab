// Comforts on top of pages that work without script. Everything here may fail without harm.
const $$ = (sel, root = document) => Array.from(root.querySelectorAll(sel));
const make = (tag, props = {}, ...kids) => {
  const el = Object.assign(document.createElement(tag), props);
  el.append(...kids);
  return el;
};

// Suggestions under the search box, as an ARIA combobox: GET data-suggest?q= gives [{text, kind, href}].
const SUGGEST_WAIT_MS = 120;
for (const input of $$('[data-suggest]')) {
  const list = make('ul', { className: 'suggest', id: 'suggest-list', hidden: true });
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', '搜索建议');
  input.parentNode.append(list);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-expanded', 'false');
  input.setAttribute('aria-controls', list.id);
  let timer = 0, asked = 0, at = -1, items = [];
  const mark = (i) => {
    at = i;
    $$('li', list).forEach((li, n) => li.setAttribute('aria-selected', String(n === i)));
    if (i >= 0) input.setAttribute('aria-activedescendant', 'suggest-' + i);
    else input.removeAttribute('aria-activedescendant');
  };
  const show = (found) => {
    items = found;
    list.textContent = '';
    found.forEach((s, i) => {
      const li = make('li', { id: 'suggest-' + i },
        make('span', { textContent: s.text }),
        make('span', { className: 'muted small', textContent: s.kind }));
      li.setAttribute('role', 'option');
      li.addEventListener('mousedown', (e) => { e.preventDefault(); location.href = s.href; });
      list.append(li);
    });
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    mark(-1);
  };
  // A late answer must not open the list again.
  const close = () => { clearTimeout(timer); asked += 1; show([]); };
  const ask = async () => {
    const mine = ++asked;
    try {
      const res = await fetch(input.dataset.suggest + '?q=' + encodeURIComponent(input.value.trim()));
      const found = res.ok ? await res.json() : [];
      if (mine === asked && Array.isArray(found)) show(found);
    } catch (e) { if (mine === asked) close(); }
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    if (input.value.trim()) timer = setTimeout(ask, SUGGEST_WAIT_MS); else close();
  });
  input.addEventListener('keydown', (e) => {
    // Keys that an input method is using are not ours.
    if (e.isComposing || list.hidden) return;
    if (e.key === 'ArrowDown') { e.preventDefault(); mark((at + 1) % items.length); }
    else if (e.key === 'ArrowUp') { e.preventDefault(); mark((at <= 0 ? items.length : at) - 1); }
    else if (e.key === 'Enter' && at >= 0) { e.preventDefault(); location.href = items[at].href; }
    else if (e.key === 'Escape') { e.preventDefault(); close(); }
  });
  input.addEventListener('blur', close);
}

// Which button sends a form: `submitter` is younger than our oldest browser.
let pressed = null;
document.addEventListener('click', (e) => {
  pressed = e.target.closest ? e.target.closest('button, input[type=submit]') : null;
}, true);
const sender = (form) => (pressed && pressed.form === form ? pressed : null);

// A question before what cannot be undone: data-confirm on the form, or on the one button that needs it.
function ask(words, act) {
  const no = make('button', { type: 'button', className: 'btn ghost', textContent: '再想想' });
  const yes = make('button', { type: 'button', className: 'btn seal', textContent: act });
  const text = make('p', { id: 'ask-words', textContent: words });
  const box = make('dialog', {}, text, make('div', { className: 'row' }, no, yes));
  if (!box.showModal) return Promise.resolve(window.confirm(words));
  box.setAttribute('aria-labelledby', text.id);
  document.body.append(box);
  return new Promise((done) => {
    let answer = false;
    no.addEventListener('click', () => box.close());
    yes.addEventListener('click', () => { answer = true; box.close(); });
    box.addEventListener('close', () => { box.remove(); done(answer); });
    box.showModal();
    no.focus();
  });
}
const agreed = new WeakSet();
document.addEventListener('submit', async (e) => {
  const form = e.target, button = sender(form);
  const words = (button && button.dataset.confirm) || form.dataset.confirm;
  if (!words || agreed.delete(form)) return;
  e.preventDefault();
  e.stopImmediatePropagation();
  if (!(await ask(words, button ? button.textContent.trim() : '确定'))) { if (button) button.focus(); return; }
  agreed.add(form);
  pressed = button;
  form.requestSubmit(button || undefined);
}, true);

// A form marked data-once is sent once; the server would recognise a second sending anyway.
const ONCE_AGAIN_MS = 10000;
const release = () => $$('.busy').forEach((b) => { b.disabled = false; b.classList.remove('busy'); });
document.addEventListener('submit', (e) => {
  if (e.defaultPrevented || !('once' in e.target.dataset)) return;
  // After this event: a button that is already off would not be sent.
  setTimeout(() => $$('button:not([disabled])', e.target).forEach((b) => { b.disabled = true; b.classList.add('busy'); }), 0);
  setTimeout(release, ONCE_AGAIN_MS);
});
window.addEventListener('pageshow', release);

// Filters marked data-auto answer to a choice at once; their button stays for the keyboard.
document.addEventListener('change', (e) => {
  const form = e.target.form;
  if (form && 'auto' in form.dataset && e.target.matches('select, [type=checkbox], [type=radio], [type=date]')) form.requestSubmit();
});

// Minus and plus beside a quantity.
for (const box of $$('.stepper')) {
  const input = box.querySelector('input');
  if (!input) continue;
  const key = (sign, words, way) => {
    const b = make('button', { type: 'button', textContent: sign });
    b.setAttribute('aria-label', words);
    b.addEventListener('click', () => {
      input[way]();
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    return b;
  };
  input.before(key('−', '减少', 'stepDown'));
  input.after(key('+', '增加', 'stepUp'));
  box.classList.add('live');
}

// Long work: shows how far it is, then opens the result. GET gives {done, total, state, href}.
const PROGRESS_MS = 500, PROGRESS_SLOW_MS = 5000;
for (const box of $$('[data-progress-url]')) {
  const bar = box.querySelector('progress');
  const text = box.querySelector('[data-progress-text]');
  if (text) text.setAttribute('role', 'status');
  let wait = PROGRESS_MS;
  const look = async () => {
    try {
      const res = await fetch(box.dataset.progressUrl);
      if (!res.ok) throw new Error(String(res.status));
      const p = await res.json();
      wait = PROGRESS_MS;
      if (bar && p.total) bar.value = (p.done * bar.max) / p.total;
      if (text) text.textContent = `${p.state} ${p.done} / ${p.total} 行`;
      if (p.href) { location.replace(p.href); return; }
    } catch (e) { wait = Math.min(wait * 2, PROGRESS_SLOW_MS); }
    setTimeout(look, wait);
  };
  setTimeout(look, wait);
}

// Values of a chart: the mark under the pointer or the keyboard; in a chart marked data-nearest the nearest one.
let tip = null, marked = null;
const untip = () => {
  if (tip) tip.remove();
  if (marked) marked.classList.remove('at');
  tip = marked = null;
};
const show = (el) => {
  if (el === marked) return;
  untip();
  marked = el;
  el.classList.add('at');
  tip = make('div', { className: 'tip', textContent: el.dataset.tip });
  document.body.append(tip);
  const r = el.getBoundingClientRect(), t = tip.getBoundingClientRect();
  const left = Math.max(4, Math.min(r.left + r.width / 2 - t.width / 2, document.documentElement.clientWidth - t.width - 4));
  const above = r.top - t.height - 6;
  tip.style.left = left + window.scrollX + 'px';
  tip.style.top = (above > 0 ? above : r.bottom + 6) + window.scrollY + 'px';
};
for (const el of $$('[data-tip]')) {
  const title = el.querySelector('title');
  // The browser would show the same words a second time.
  if (title) title.remove();
  el.addEventListener('mouseenter', () => show(el));
  el.addEventListener('focus', () => show(el));
  el.addEventListener('blur', untip);
  if (!el.closest('[data-nearest]')) el.addEventListener('mouseleave', untip);
}
for (const chart of $$('[data-nearest]')) {
  const marks = $$('[data-tip]', chart);
  chart.addEventListener('mousemove', (e) => {
    let best = null, least = Infinity;
    for (const m of marks) {
      const r = m.getBoundingClientRect();
      const d = Math.hypot(r.left + r.width / 2 - e.clientX, (r.top + r.height / 2 - e.clientY) / 4);
      if (d < least) { least = d; best = m; }
    }
    if (best) show(best);
  });
  chart.addEventListener('mouseleave', untip);
}
document.addEventListener('keydown', (e) => { if (e.key === 'Escape') untip(); });

// A click anywhere in a row marked data-link follows its first link; selecting text or using a control does not.
document.addEventListener('click', (e) => {
  const row = e.target.closest && e.target.closest('tr[data-link]');
  if (!row || e.defaultPrevented || e.target.closest('a, button, input, select, label, summary') || String(getSelection())) return;
  const link = row.querySelector('a[href]');
  if (link) link.click();
});

// A part of a page that follows the server: data-live is a stream of events "live" that hold the part's new content.
// The server's clock comes with the page (data-now) and with each event's id; data-until counts down by it.
const parts = $$('[data-live]');
let ahead = 0;
const clockOf = (ms) => { if (ms > 0) ahead = ms - Date.now(); };
const two = (n) => String(n).padStart(2, '0');
const remaining = (ms) => {
  const s = Math.max(0, Math.ceil(ms / 1000)), d = Math.floor(s / 86400);
  return (d ? d + ' 天 ' : '') + [Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60, s % 60].map(two).join(':');
};
const tick = () => $$('[data-until]').forEach((el) => {
  el.textContent = remaining(Number(el.dataset.until) - Date.now() - ahead);
});
let sending = false;
document.addEventListener('submit', (e) => { if (!e.defaultPrevented) sending = true; });
window.addEventListener('pageshow', () => { sending = false; });
const phaseOf = (part) => { const el = part.querySelector('[data-phase]'); return el ? el.dataset.phase : ''; };
for (const part of parts) {
  clockOf(Number(part.dataset.now));
  const look = () => {
    const source = new EventSource(part.dataset.live);
    source.addEventListener('live', (e) => {
      clockOf(Number(e.lastEventId));
      const open = part.contains(document.activeElement), before = phaseOf(part);
      part.innerHTML = e.data;
      if (open) { part.tabIndex = -1; part.focus(); }
      // What the person can do changes with the phase: the forms beside come from the server again, unless one is in use.
      if (before !== phaseOf(part) && !sending && !document.querySelector('input:focus')) location.reload();
      tick();
    });
  };
  if (window.EventSource) look();
}
if (parts.length) { tick(); setInterval(tick, 250); }

// Unit price times a quantity, while it is typed.
for (const input of $$('[data-times]')) {
  const out = document.getElementById(input.id + '-sum');
  const sum = () => {
    const v = Number(input.value.replace(/[,，\s]/g, ''));
    out.textContent = v > 0 ? '合计 ¥' + (v * Number(input.dataset.times)).toLocaleString('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 }) : '';
  };
  if (out) { input.addEventListener('input', sum); sum(); }
}

// A button marked data-part asks its formaction for a part of the page and puts it where data-part points; while the
// form changes the part follows by itself.
const PART_WAIT_MS = 600;
for (const b of $$('button[data-part]')) {
  const place = document.querySelector(b.dataset.part);
  let timer = 0, asked = 0;
  const fetchPart = async () => {
    const mine = ++asked;
    try {
      const res = await fetch(b.formAction, { method: 'POST', headers: { 'x-part': '1' }, body: new URLSearchParams(new FormData(b.form)) });
      const text = await res.text();
      if (mine !== asked) return;
      if (res.ok) place.innerHTML = text; else place.textContent = text.length < 200 ? text : '';
    } catch (e) { /* The button itself still works. */ }
  };
  b.addEventListener('click', (e) => { e.preventDefault(); fetchPart(); });
  b.form.addEventListener('input', (e) => {
    if (!e.target.name || !e.target.name.startsWith('d-')) return;
    clearTimeout(timer);
    timer = setTimeout(fetchPart, PART_WAIT_MS);
  });
}

// A refusal that comes as a page of its own (data-refused) leads back to the form; words, numbers and choices from lists stand there
// again. Ticks do not: nobody but a person ticks. Nor does what is secret (passwords, files, autocomplete="off"). It goes only into the
// same form, with the same hidden fields, of the same person, and is kept in this window until the next page that is no refusal.
const KEPT = 'kept';
const typedIn = (form) => Array.from(form.elements).filter((el) => el.name && el.autocomplete !== 'off' && !/^(hidden|password|file|checkbox|radio|submit|button)$/.test(el.type));
const hiddenIn = (form) => Array.from(form.elements).filter((el) => el.type === 'hidden' && el.name !== '_csrf' && el.name !== 'key').map((el) => el.name + '=' + el.value);
const placeOf = (form) => JSON.stringify([location.pathname + location.search, form.getAttribute('action'), hiddenIn(form)]);
const who = (document.querySelector('.who') || {}).textContent || '';
const keep = (value) => { try { if (value) sessionStorage.setItem(KEPT, JSON.stringify(value)); else sessionStorage.removeItem(KEPT); } catch (e) { /* Nothing is kept. */ } };
let kept = null;
try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch (e) { /* Nothing was kept. */ }
if (kept && kept.who === who && document.querySelector('[data-refused]')) {
  keep(Object.assign(kept, { refused: true }));
} else if (kept) {
  keep(null);
  const form = kept.refused && kept.who === who ? $$('main form').find((f) => placeOf(f) === kept.place) : null;
  if (form) {
    typedIn(form).forEach((el, i) => {
      const was = kept.typed[i];
      if (!was || was[0] !== el.name) return;
      el.value = was[1];
      el.dispatchEvent(new Event('input', { bubbles: true }));
    });
    for (let box = form; box; box = box.parentElement && box.parentElement.closest('details')) if (box.open !== undefined) box.open = true;
    $$('details', form).forEach((d) => { d.open = true; });
  }
}
document.addEventListener('submit', (e) => {
  const form = e.target;
  if (form.getAttribute('method') !== 'post' || !form.closest('main')) return;
  keep({ who, place: placeOf(form), typed: typedIn(form).map((el) => [el.name, el.value]) });
});

// Copies the text of what data-copy names, or its own words.
for (const b of $$('[data-copy]')) {
  b.hidden = false;
  const said = b.textContent;
  b.setAttribute('aria-live', 'polite');
  b.addEventListener('click', async () => {
    const from = b.dataset.copy[0] === '#' ? document.querySelector(b.dataset.copy) : null;
    const words = from ? from.textContent.trim() : b.dataset.copy;
    let done = true;
    try { await navigator.clipboard.writeText(words); } catch (e) {
      // Over plain HTTP there is no clipboard object.
      const area = make('textarea', { value: words, className: 'visually-hidden' });
      document.body.append(area);
      area.select();
      done = document.execCommand('copy');
      area.remove();
      b.focus();
    }
    b.textContent = done ? '已复制' : '请手动复制';
    setTimeout(() => { b.textContent = said; }, 2000);
  });
}

// Menus close when one clicks elsewhere or presses Escape; the work menu and the filters start closed on a small screen
// and are open again when it is turned or widened: the style sheet hides their heading there.
document.addEventListener('click', (e) => $$('.menu[open]').forEach((m) => { if (!m.contains(e.target)) m.open = false; }));
document.addEventListener('keydown', (e) => {
  if (e.key !== 'Escape') return;
  for (const m of $$('.menu[open]')) { m.open = false; m.querySelector('summary').focus(); }
});
for (const [sel, small] of [['.side details', '(max-width:900px)'], ['details.facets', '(max-width:760px)']]) {
  const screen = window.matchMedia(small);
  const fit = () => $$(sel).forEach((d) => { d.open = !screen.matches; });
  if (screen.matches) fit();
  screen.addListener(fit);
}

// A queue worked by keyboard: J and K move, A passes, R goes to the reasons, X ticks.
for (const box of $$('[data-review]')) {
  const cards = $$('article', box);
  let at = 0;
  const go = (n) => {
    at = Math.max(0, Math.min(cards.length - 1, n));
    cards[at].focus();
    cards[at].scrollIntoView({ block: 'nearest' });
  };
  cards.forEach((card, n) => card.addEventListener('focusin', () => { at = n; }));
  document.addEventListener('keydown', (e) => {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey || cards.length === 0) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && e.target.type !== 'checkbox') return;
    const key = e.key.toLowerCase();
    if (key === 'j') go(cards.includes(document.activeElement) || cards[at].contains(document.activeElement) ? at + 1 : at);
    else if (key === 'k') go(at - 1);
    else if (key === 'a') cards[at].querySelector('[data-key=a]').click();
    else if (key === 'r') cards[at].querySelector('[data-key=r]').focus();
    else if (key === 'x') { const tick = cards[at].querySelector('input[type=checkbox]'); tick.checked = !tick.checked; }
    else return;
    e.preventDefault();
  });
}

// A receipt is checked here too, without the server: the words make the leaf, leaf and path make the root of the head, and the head is
// signed. Browsers that do not know Ed25519 leave the signature to `qicai verify`.
const proving = (() => {
  const bytes = (b64) => Uint8Array.from(atob(b64), (c) => c.charCodeAt(0));
  const utf8 = (text) => new TextEncoder().encode(text);
  const hex = (all) => [...all].map((b) => b.toString(16).padStart(2, '0')).join('');
  const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (two) => parseInt(two, 16));
  const hash = async (...parts) => {
    const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    parts.reduce((at, p) => { all.set(p, at); return at + p.length; }, 0);
    return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  };
  const included = async (p) => {
    const [, size, root] = p.checkpoint.split('\n');
    let at = p.index;
    let last = Number(size) - 1;
    let h = await hash([0], bytes(p.leaf));
    for (const step of p.inclusion.map(bytes)) {
      if (last === 0) return false;
      if (at % 2 === 1 || at === last) {
        h = await hash([1], step, h);
        while (at % 2 === 0 && at !== 0) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
      } else {
        h = await hash([1], h, step);
      }
      at = Math.floor(at / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 && btoa(String.fromCharCode(...h)) === root;
  };
  const worded = async (p) => {
    if (typeof p.body !== 'string') return true;
    const own = await hash([0], utf8(p.body));
    return JSON.parse(new TextDecoder().decode(bytes(p.leaf))).hash === hex(await hash(unhex(p.salt), own));
  };
  // true, false, or null where this browser cannot say.
  const signed = async (p) => {
    const end = p.checkpoint.indexOf('\n\n');
    const [name, id, key] = p.vkey.split('+', 2).concat(p.vkey.split('+').slice(2).join('+'));
    const lines = p.checkpoint.slice(end + 2).split('\n').map((l) => l.split(' '));
    const line = lines.map((l) => (l[1] === name && l[2] ? bytes(l[2]) : [])).find((b) => b.length === 68 && hex(b.slice(0, 4)) === id);
    if (!line) return false;
    let known;
    try { known = await crypto.subtle.importKey('raw', bytes(key).slice(1), { name: 'Ed25519' }, false, ['verify']); } catch { return null; }
    return crypto.subtle.verify({ name: 'Ed25519' }, known, line.slice(4), utf8(p.checkpoint.slice(0, end + 1)));
  };
  return async (p) => {
    if (p.held === false) return [false, '商城保存的这条记录和日志不一致，请告知监督部门'];
    if (!(await worded(p))) return [false, '办理内容和日志里的摘要不一致'];
    if (!(await included(p))) return [false, '不在签过名的日志里'];
    const by = await signed(p);
    if (by === false) return [false, '签名无效'];
    return [true, by ? '内容、路径和签名都对得上' : '内容和路径对得上；签名请用 qicai verify 核对'];
  };
})();
// The verdict as a tag, what it is about beside it.
const saying = (box) => (tone, words, more = '') => {
  box.innerHTML = '';
  const tag = document.createElement('span');
  tag.className = `tag ${tone}`;
  tag.textContent = words;
  box.append(tag, more && ` ${more}`);
};
for (const box of $$('[data-proof]')) {
  const say = saying(box);
  if (!window.crypto || !crypto.subtle) say('warn', '浏览器不支持', '请下载凭证离线核对');
  else proving(JSON.parse(box.dataset.proof)).then(([ok, words]) => say(ok ? 'ok' : 'bad', ok ? '一致' : '不符', words), () => say('warn', '没有算完', '请刷新重试'));
}

// A receipt kept as a file is checked in the same way; nothing is sent.
for (const input of $$('[data-receipt]')) {
  const box = $$('[data-receipt-said]')[0];
  const say = saying(box);
  input.addEventListener('change', async () => {
    if (!input.files.length) return;
    try {
      const p = JSON.parse(await input.files[0].text());
      if (p.kind !== 'receipt') say('bad', '不符', '这不是凭证文件');
      else if (p.vkey !== input.dataset.receipt) say('bad', '不符', '凭证里的公钥不是本商城的');
      else if (!window.crypto || !crypto.subtle) say('warn', '浏览器不支持', '请用 qicai verify 离线核对');
      else {
        const [ok, words] = await proving(p);
        say(ok ? 'ok' : 'bad', ok ? '一致' : '不符', `流水 ${p.index + 1}：${words}`);
      }
    } catch {
      say('bad', '读不出来', '请重新选择凭证文件');
    }
  });
}
