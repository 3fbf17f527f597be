/**
 * The script of the HTML page. Constant, so that its hash can stand in the page's policy. Text of
 * the report reaches the document as text nodes alone.
 */
export const SCRIPT = String.raw`
(function () {
'use strict';
var data = JSON.parse(document.getElementById('data').textContent);
var items = data.items;
var byId = function (id) { return document.getElementById(id); };
var q = byId('q'), list = byId('list'), spacer = byId('spacer'), detail = byId('detail');
var browser = byId('view-items'), shownText = byId('shown'), clear = byId('clear');
var boxes = Array.prototype.slice.call(document.querySelectorAll('input[name=language]'));
var selects = ['repository', 'license', 'level', 'sort'].map(byId).filter(Boolean);
var ROW = 64;
var state = {}, shown = [], openItem = null, openDetails = null, pair = 1;

function el(tag, className, text) {
  var node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/* The state lies in the part of the address after #, so that a link shows what its sender saw. */
function readState() {
  var given = new URLSearchParams(location.hash.slice(1));
  state = {};
  given.forEach(function (value, key) { state[key] = value; });
}
function writeState(changes) {
  Object.keys(changes).forEach(function (key) {
    if (changes[key]) state[key] = String(changes[key]); else delete state[key];
  });
  var text = new URLSearchParams(state).toString();
  try { history.replaceState(null, '', text ? '#' + text : location.pathname + location.search); }
  catch (error) { location.hash = text; }
}

/* Searching and filtering */
items.forEach(function (item, order) {
  item.order = order;
  item.all = [item.n, item.t,
    item.l.map(function (i) { return data.languages[i].join(' '); }).join(' '),
    item.r.map(function (i) { return data.repositories[i]; }).join(' '),
    item.c.map(function (i) { return data.licenses[i].join(' '); }).join(' ')].join('\n').toLowerCase();
});
var SORTS = {
  order: function (a, b) { return a.order - b.order; },
  weight: function (a, b) { return b.w - a.w || a.order - b.order; },
  repositories: function (a, b) { return b.r.length - a.r.length || b.w - a.w || a.order - b.order; },
  languages: function (a, b) { return b.l.length - a.l.length || b.w - a.w || a.order - b.order; },
  probability: function (a, b) { return b.p - a.p || a.order - b.order; },
  name: function (a, b) { return a.n < b.n ? -1 : a.n > b.n ? 1 : a.order - b.order; },
};
function indexOf(names, name) {
  for (var i = 0; i < names.length; i++) if ((Array.isArray(names[i]) ? names[i][0] : names[i]) === name) return i;
  return -1;
}
function filter() {
  var words = (state.q || '').toLowerCase().split(/\s+/).filter(Boolean);
  var languages = (state.language || '').split(',').filter(Boolean).map(function (id) { return indexOf(data.languages, id); });
  var repository = state.repository ? indexOf(data.repositories, state.repository) : null;
  var license = state.license ? indexOf(data.licenses, state.license) : null;
  shown = items.filter(function (item) {
    return languages.every(function (at) { return item.l.indexOf(at) !== -1; }) &&
      (repository === null || item.r.indexOf(repository) !== -1) &&
      (license === null || item.c.indexOf(license) !== -1) &&
      (!state.level || item.v === state.level) &&
      words.every(function (word) { return item.all.indexOf(word) !== -1; });
  });
  shown.sort(SORTS[state.sort] || SORTS[data.kind === 'report' ? 'weight' : 'order']);
  var filtered = Boolean(state.q || state.language || state.repository || state.license || state.level);
  clear.hidden = !filtered;
  var lines = shown.reduce(function (sum, item) { return sum + item.w; }, 0);
  shownText.textContent = (filtered ? shown.length.toLocaleString('en') + ' of ' : '') + items.length.toLocaleString('en') + ' ' +
    data.noun + (items.length === 1 ? '' : 's') + (lines && filtered ? ', ' + lines.toLocaleString('en') + ' lines' : '');
}

function languageNames(item) {
  return item.l.map(function (i) { return data.languages[i][1]; }).join(', ');
}

/* The list holds only the entries that can be seen. */
function entryNode(item, at) {
  var node = el('div', 'entry');
  node.id = 'entry-' + item.order;
  node.setAttribute('role', 'option');
  node.setAttribute('aria-posinset', String(at + 1));
  node.setAttribute('aria-setsize', String(shown.length));
  node.setAttribute('aria-selected', String(item === openItem));
  node.style.top = at * ROW + 'px';
  node.setAttribute('aria-label', [item.n, item.x || item.v, languageNames(item), item.s].filter(Boolean).join(', '));
  node.appendChild(el('span', 'name', item.n));
  if (item.x) node.appendChild(el('span', 'weight', item.x));
  else node.appendChild(item.v ? el('span', 'badge v-' + item.v, item.v) : el('span', ''));
  var sub = el('span', 'sub');
  item.l.forEach(function (i) { sub.appendChild(el('span', 'lang lang-' + data.languages[i][0])); });
  sub.appendChild(document.createTextNode(item.s));
  node.appendChild(sub);
  var sure = el('span', 'sure', Math.min(99, Math.floor(item.p * 100 + 1e-9)) + '%');
  if (item.x && (item.v === 'denied' || item.v === 'review')) {
    sure = el('span', 'badge v-' + item.v, item.v === 'denied' ? '✕ licence' : '! licence');
  }
  node.appendChild(sure);
  node.addEventListener('click', function () { open(item, true); });
  return node;
}
function draw() {
  spacer.style.height = shown.length * ROW + 'px';
  var from = Math.max(0, Math.floor(list.scrollTop / ROW) - 4);
  var to = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 4);
  var nodes = [];
  for (var at = from; at < to; at++) nodes.push(entryNode(shown[at], at));
  if (shown.length === 0) nodes.push(el('p', 'empty', items.length === 0 ? 'Nothing to show.' : 'No ' + data.noun + ' fits these filters.'));
  spacer.replaceChildren.apply(spacer, nodes);
  var active = openItem && byId('entry-' + openItem.order);
  if (active) list.setAttribute('aria-activedescendant', active.id);
  else list.removeAttribute('aria-activedescendant');
}
var drawing = false;
function drawSoon() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(function () { drawing = false; draw(); });
}
function reveal(at) {
  var top = at * ROW;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
}

/* Details are packed by the dozen and unpacked when one of them is looked at. */
var chunks = document.getElementsByClassName('chunk'), unpacked = new Map();
function unpack(at) {
  if (!unpacked.has(at)) {
    var bytes = Uint8Array.from(atob(chunks[at].textContent), function (char) { return char.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    unpacked.set(at, new Response(stream).json());
  }
  return unpacked.get(at);
}
function open(item, byHand) {
  openItem = item;
  pair = Number(state.pair) || 1;
  if (byHand) { pair = 1; writeState({ open: item.i, pair: null }); }
  if (state.open) browser.classList.add('open');
  draw();
  return unpack(Math.floor(item.order / data.chunk)).then(function (entries) {
    if (openItem !== item) return;
    openDetails = entries[item.order % data.chunk];
    show();
    if (byHand) { detail.scrollTop = 0; if (innerWidth <= 860) detail.focus(); }
  });
}

var SIGNS = { denied: '✕', review: '!', unknown: '?', allowed: '✓' };
function place(member) {
  var text = member.repository ? member.repository + ' ' : '';
  return text + member.place;
}
function membersTable(members, comparable) {
  var table = el('table', 'members'), head = el('tr'), body = el('tbody');
  var owned = members.some(function (member) { return member.owners.length > 0; });
  ['', 'Function', 'Repository', 'Language', 'Licence'].concat(owned ? ['Owners'] : [], ['Probability'])
    .forEach(function (name, i) {
      var th = el('th', '', name); th.scope = 'col';
      if (i === 0) th.appendChild(el('span', 'hidden', 'Compare'));
      head.appendChild(th);
    });
  members.forEach(function (member, i) {
    var row = el('tr', i === 0 ? 'first' : i === pair ? 'on' : '');
    var first = el('td');
    if (member.rows && comparable > 1) {
      var button = el('button', '', 'Compare');
      button.type = 'button';
      button.setAttribute('aria-pressed', String(i === pair));
      button.setAttribute('aria-label', 'Compare with ' + member.name + ' in ' + place(member));
      button.addEventListener('click', function () { compare(i); });
      first.appendChild(button);
    } else if (member.role || i === 0) first.appendChild(el('span', 'dim', member.role || 'Most typical'));
    row.appendChild(first);
    var name = el('td');
    name.appendChild(el('code', '', member.name));
    var where = el(member.url ? 'a' : 'span', 'where', member.place);
    if (member.url) { where.href = member.url; where.rel = 'noopener noreferrer nofollow'; where.target = '_blank'; }
    name.appendChild(where);
    row.appendChild(name);
    row.appendChild(el('td', '', member.repository));
    var language = el('td', 'nowrap');
    language.appendChild(el('span', 'lang lang-' + member.language));
    language.appendChild(document.createTextNode(' ' + member.languageName));
    row.appendChild(language);
    row.appendChild(el('td', '', member.license));
    if (owned) row.appendChild(el('td', '', member.owners.join(', ')));
    row.appendChild(el('td', 'nowrap', member.probability));
    body.appendChild(row);
  });
  var thead = el('thead'); thead.appendChild(head);
  table.appendChild(thead); table.appendChild(body);
  var box = el('div', 'scroll');
  box.appendChild(table);
  return box;
}
function codeTable(first, other) {
  var table = el('table', 'code'), columns = el('colgroup'), head = el('tr'), body = el('tbody');
  ['n', '', 'n', ''].forEach(function (name) { columns.appendChild(el('col', name)); });
  [first, other].forEach(function (member) {
    var th = el('th', '', member.name);
    th.colSpan = 2; th.scope = 'colgroup';
    th.appendChild(el('small', '', [member.role, place(member), member.form ? '(canonical form)' : ''].filter(Boolean).join(' ')));
    head.appendChild(th);
  });
  other.rows.forEach(function (row) {
    var tr = el('tr');
    row.forEach(function (side, i) {
      var mark = side && side[2] ? ' m' : '';
      tr.appendChild(el('td', 'n' + (i ? ' r' : '') + mark, side ? String(side[0]) : ''));
      tr.appendChild(el('td', 'c' + mark, side ? side[1] : ''));
    });
    body.appendChild(tr);
  });
  var thead = el('thead'); thead.appendChild(head);
  table.appendChild(columns); table.appendChild(thead); table.appendChild(body);
  var box = el('div', 'codebox');
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', 'Code of both functions side by side');
  box.appendChild(table);
  return box;
}
function show() {
  var members = openDetails.members, nodes = [];
  var withRows = members.filter(function (member) { return member.rows; }).length;
  if (!members[pair] || !members[pair].rows) {
    pair = members.findIndex(function (member) { return member.rows; });
    if (pair === -1) pair = 1;
  }
  var back = el('button', 'back', '← All ' + data.noun + 's');
  back.type = 'button';
  back.addEventListener('click', backToList);
  nodes.push(back, el('h2', '', openItem.n));
  var lead = el('p', 'lead');
  if (openItem.v && data.kind === 'scan') lead.appendChild(el('span', 'badge v-' + openItem.v, openItem.v));
  if (openItem.x) lead.appendChild(el('span', 'badge v-note', openItem.x));
  lead.appendChild(el('span', '', languageNames(openItem) + ' · ' + openItem.s));
  nodes.push(lead);
  if (openDetails.note) nodes.push(el('p', 'note', openDetails.note));
  if (openDetails.flags.length) {
    var concern = el('details', 'concern'), flags = el('ul', 'flags');
    var summary = el('summary', 'v-' + openDetails.flags[0].level);
    summary.appendChild(el('span', 'sign', SIGNS[openDetails.flags[0].level] || '!'));
    summary.appendChild(el('span', '', openDetails.concern));
    concern.appendChild(summary);
    openDetails.flags.forEach(function (flag) {
      var row = el('li', 'flag v-' + flag.level);
      row.appendChild(el('span', 'sign', SIGNS[flag.level] || '!'));
      row.appendChild(el('div', '', flag.text));
      flags.appendChild(row);
    });
    concern.appendChild(flags);
    nodes.push(concern);
  }
  nodes.push(membersTable(members, withRows));
  if (openDetails.more) nodes.push(el('p', 'dim', openDetails.more + ' more not shown'));
  var other = members[pair];
  if (other && other.aligned) nodes.push(el('p', 'aligned', 'Aligned lines: ' + other.aligned));
  if (other && other.rows) nodes.push(codeTable(members[0], other));
  detail.replaceChildren.apply(detail, nodes);
  detail.setAttribute('aria-label', data.noun + ' ' + openItem.n);
}
function compare(to) {
  var at = detail.scrollTop;
  pair = to;
  writeState({ pair: to === 1 ? null : to });
  show();
  detail.scrollTop = at;
  var pressed = detail.querySelector('button[aria-pressed=true]');
  if (pressed) pressed.focus({ preventScroll: true });
}
function step(by) {
  if (!openDetails) return;
  var members = openDetails.members;
  for (var at = pair + by; at > 0 && at < members.length; at += by) if (members[at].rows) return compare(at);
}
function backToList() {
  browser.classList.remove('open');
  list.focus();
}

/* From the address to the page */
function apply() {
  var views = data.views;
  var hasFilters = state.q || state.open || state.language || state.repository || state.license || state.level;
  var view = views.indexOf(state.view) !== -1 ? state.view : hasFilters ? 'items' : views[0];
  if (state.theme) document.documentElement.setAttribute('data-theme', state.theme);
  else document.documentElement.removeAttribute('data-theme');
  Array.prototype.forEach.call(document.querySelectorAll('[data-view]'), function (section) {
    section.hidden = section.getAttribute('data-view') !== view;
  });
  Array.prototype.forEach.call(document.querySelectorAll('nav a'), function (link) {
    if (link.getAttribute('data-to') === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  q.value = state.q || '';
  var languages = (state.language || '').split(',');
  boxes.forEach(function (box) { box.checked = languages.indexOf(box.value) !== -1; });
  selects.forEach(function (one) {
    one.value = state[one.id] || (one.id === 'sort' ? one.options[0].value : '');
  });
  if (view === 'items') refresh();
}
function refresh() {
  filter();
  var wanted = state.open && items.find(function (item) { return item.i === state.open; });
  if (!state.open) browser.classList.remove('open');
  var at = wanted ? shown.indexOf(wanted) : -1;
  if (at === -1) { openItem = null; list.scrollTop = 0; }
  spacer.style.height = shown.length * ROW + 'px';
  if (at !== -1) reveal(at);
  var next = at !== -1 ? wanted : shown[0];
  if (next) open(next, false);
  else { openDetails = null; detail.replaceChildren(); draw(); }
}
function change(changes) {
  changes.view = data.views[0] === 'items' ? null : 'items';
  writeState(changes);
  refresh();
}
q.addEventListener('input', function () { change({ q: q.value.trim() ? q.value : null }); });
boxes.forEach(function (box) {
  box.addEventListener('change', function () {
    change({ language: boxes.filter(function (one) { return one.checked; }).map(function (one) { return one.value; }).join(',') });
  });
});
selects.forEach(function (one) {
  one.addEventListener('change', function () {
    var changes = {};
    changes[one.id] = one.id === 'sort' && one.selectedIndex === 0 ? null : one.value;
    change(changes);
  });
});
byId('filters').addEventListener('submit', function (event) { event.preventDefault(); });
byId('filters').addEventListener('reset', function (event) {
  event.preventDefault();
  change({ q: null, language: null, repository: null, license: null, level: null });
  apply();
  q.focus();
});
document.querySelector('.skip').addEventListener('click', function (event) {
  event.preventDefault();
  if (browser.hidden) { writeState({ view: 'items' }); apply(); }
  list.focus();
});
/* Links to a view keep the theme. */
document.addEventListener('click', function (event) {
  var link = event.target.closest && event.target.closest('a[href^="#view="]');
  if (!link || !state.theme || event.defaultPrevented) return;
  event.preventDefault();
  location.hash = link.getAttribute('href') + '&theme=' + state.theme;
});
list.addEventListener('scroll', drawSoon, { passive: true });
addEventListener('resize', drawSoon);
addEventListener('hashchange', function () { readState(); apply(); });
function toggleTheme() {
  var dark = state.theme ? state.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  writeState({ theme: dark ? 'light' : 'dark' });
  document.documentElement.setAttribute('data-theme', state.theme);
}
byId('theme').addEventListener('click', toggleTheme);
var keys = byId('keys');
byId('help').addEventListener('click', function () { keys.showModal(); });

function move(by) {
  if (shown.length === 0) return;
  var at = openItem ? shown.indexOf(openItem) : -1;
  var to = Math.max(0, Math.min(shown.length - 1, at + by));
  reveal(to);
  var narrow = innerWidth <= 860 && !browser.classList.contains('open');
  open(shown[to], true);
  if (narrow) { browser.classList.remove('open'); list.focus(); }
}
document.addEventListener('keydown', function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  var target = event.target, key = event.key;
  if (target === q) {
    if (key === 'Escape') { change({ q: null }); q.value = ''; list.focus(); event.preventDefault(); }
    else if (key === 'ArrowDown' || key === 'Enter') { list.focus(); event.preventDefault(); }
    return;
  }
  if (/^(SELECT|INPUT|TEXTAREA)$/.test(target.tagName) && target.type !== 'checkbox') return;
  if (key === 't') return toggleTheme();
  if (key === '?') return keys.showModal();
  if (key === '/') {
    event.preventDefault();
    if (browser.hidden) { writeState({ view: 'items' }); apply(); }
    backToList();
    return q.focus();
  }
  if (browser.hidden) return;
  if (key === 'j' || (key === 'ArrowDown' && target === list)) { event.preventDefault(); move(1); }
  else if (key === 'k' || (key === 'ArrowUp' && target === list)) { event.preventDefault(); move(-1); }
  else if (key === 'Home' && target === list) { event.preventDefault(); move(-shown.length); }
  else if (key === 'End' && target === list) { event.preventDefault(); move(shown.length); }
  else if (key === 'PageDown' && target === list) { event.preventDefault(); move(8); }
  else if (key === 'PageUp' && target === list) { event.preventDefault(); move(-8); }
  else if (key === '[') step(-1);
  else if (key === ']') step(1);
  else if (key === 'Enter' && target === list && openItem) { browser.classList.add('open'); detail.focus(); }
  else if (key === 'Escape') backToList();
});
readState();
apply();
document.documentElement.setAttribute('data-ready', '');
})();
`;
