/** The style and the script of the HTML report. Constant, so that their hashes can stand in its policy. */

export const STYLE = `
:root { color-scheme: light dark;
  --bg: #ffffff; --fg: #1f2328; --dim: #59636e; --line: #d1d9e0; --card: #f6f8fa;
  --match: #dafbe1; --edge: #1a7f37; --error: #cf222e; --warning: #9a6700; --note: #0969da; --focus: #0969da; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) {
  --bg: #0d1117; --fg: #e6edf3; --dim: #9198a1; --line: #3d444d; --card: #151b23;
  --match: #12361f; --edge: #3fb950; --error: #ff7b72; --warning: #d29922; --note: #58a6ff; --focus: #58a6ff; } }
:root[data-theme=dark] { color-scheme: dark;
  --bg: #0d1117; --fg: #e6edf3; --dim: #9198a1; --line: #3d444d; --card: #151b23;
  --match: #12361f; --edge: #3fb950; --error: #ff7b72; --warning: #d29922; --note: #58a6ff; --focus: #58a6ff; }
:root[data-theme=light] { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 100rem; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
h2 code { font-size: .95em; }
h2 { font-size: 1.05rem; margin: 0; display: inline; overflow-wrap: anywhere; }
code, pre, .code { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
a { color: var(--note); overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.dim { color: var(--dim); }
.bar { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 1rem 0;
  position: sticky; top: 0; padding: .5rem 0; background: var(--bg); z-index: 1; }
.bar input[type=search] { flex: 1 1 18rem; padding: .4rem .6rem; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
.bar button { padding: .35rem .7rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: 6px; cursor: pointer; }
.finding { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 1rem; overflow: hidden; }
.finding > summary { padding: .6rem .9rem; background: var(--card); cursor: pointer; }
.finding > div { padding: .6rem .9rem .9rem; }
.level { font-weight: 600; border: 1px solid currentColor; border-radius: 999px; padding: 0 .55rem;
  margin-right: .4rem; font-size: .85em; }
.error { color: var(--error); } .warning { color: var(--warning); } .note { color: var(--note); }
.twins { border-collapse: collapse; width: 100%; margin: .6rem 0; min-width: 40rem; }
.twins th { white-space: nowrap; }
.twins th, .twins td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table.code { border-collapse: collapse; width: 100%; table-layout: fixed; border: 1px solid var(--line); min-width: 48rem; }
table.code th { text-align: left; font-weight: 600; padding: .3rem .5rem; background: var(--card);
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
table.code td { padding: 0 .5rem; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; tab-size: 4; }
table.code .n { width: 3.6rem; text-align: right; color: var(--dim); user-select: none; }
table.code .m { background: var(--match); }
table.code .n.m { color: var(--edge); border-right: 3px solid var(--edge); font-weight: 600; }
table.code td.n:nth-child(3) { border-left: 1px solid var(--line); }
[hidden] { display: none !important; }
@media print { .bar { display: none; } }
`;

export const SCRIPT = `
(function () {
  var findings = Array.prototype.slice.call(document.querySelectorAll('.finding'));
  var filter = document.getElementById('filter');
  var levels = Array.prototype.slice.call(document.querySelectorAll('input[data-level]'));
  var shown = document.getElementById('shown');
  function apply() {
    var words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    var on = levels.filter(function (box) { return box.checked; }).map(function (box) { return box.getAttribute('data-level'); });
    var n = 0;
    findings.forEach(function (finding) {
      var text = (finding.getAttribute('data-text') || '').toLowerCase();
      var match = on.indexOf(finding.getAttribute('data-level')) !== -1 &&
        words.every(function (word) { return text.indexOf(word) !== -1; });
      finding.hidden = !match;
      if (match) n++;
    });
    shown.textContent = n + ' of ' + findings.length + ' shown';
  }
  filter.addEventListener('input', apply);
  levels.forEach(function (box) { box.addEventListener('change', apply); });
  document.getElementById('fold').addEventListener('click', function () {
    var open = findings.some(function (finding) { return finding.open; });
    findings.forEach(function (finding) { finding.open = !open; });
  });
  document.getElementById('theme').addEventListener('click', function () {
    var root = document.documentElement;
    var dark = root.getAttribute('data-theme') === 'dark' ||
      (!root.hasAttribute('data-theme') && matchMedia('(prefers-color-scheme: dark)').matches);
    root.setAttribute('data-theme', dark ? 'light' : 'dark');
  });
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === filter) {
      if (event.key === 'Escape') { filter.value = ''; apply(); filter.blur(); }
      return;
    }
    if (event.key === '/') { event.preventDefault(); filter.focus(); return; }
    if (event.key !== 'j' && event.key !== 'k') return;
    var visible = findings.filter(function (finding) { return !finding.hidden; });
    var at = visible.findIndex(function (finding) { return finding.contains(document.activeElement); });
    var next = visible[event.key === 'j' ? Math.min(at + 1, visible.length - 1) : Math.max(at - 1, 0)];
    if (next) next.querySelector('summary').focus();
  });
  document.querySelector('.bar').hidden = findings.length === 0;
  apply();
})();
`;
