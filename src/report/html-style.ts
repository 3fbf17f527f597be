/** The style of the HTML page. Constant, so that its hash can stand in the page's policy. */

const LIGHT = `
  --bg: #ffffff; --raised: #ffffff; --soft: #f5f6f8; --hover: #eef1f5; --fg: #1b1f24; --dim: #57606a;
  --line: #dfe3e8; --strong: #b6bec8; --accent: #0a5fd0; --on-accent: #ffffff; --chosen: #e6f0ff;
  --match: #def7e4; --edge: #17793a; --shade: 0 1px 2px rgb(27 31 36 / 6%);
  --error: #b91c2b; --error-bg: #fdecec; --warning: #7d5200; --warning-bg: #fdf3d7;
  --note: #0a5fd0; --note-bg: #e6f0ff; --good: #17793a; --good-bg: #def7e4;
  --heat-1: #e3edfb; --heat-2: #bfd6f5; --heat-3: #8db6ec; --heat-4: #3f7fd3; --heat-5: #1457ae;`;
const DARK = `
  --bg: #0e1116; --raised: #151a21; --soft: #151a21; --hover: #1d242d; --fg: #e4e9ef; --dim: #9aa5b1;
  --line: #2a323c; --strong: #4a5562; --accent: #6cb0ff; --on-accent: #0b1119; --chosen: #16304f;
  --match: #12351f; --edge: #4cc26b; --shade: none;
  --error: #ff8a84; --error-bg: #3b1719; --warning: #e3b341; --warning-bg: #332708;
  --note: #6cb0ff; --note-bg: #14283f; --good: #4cc26b; --good-bg: #12351f;
  --heat-1: #172a42; --heat-2: #1d3d66; --heat-3: #2559a0; --heat-4: #5b9bea; --heat-5: #a3ccff;`;

/** Colours of languages beside their names, never alone. */
const LANGUAGES: Record<string, string> = {
  python: '#3572a5',
  java: '#b07219',
  rust: '#c0643f',
  ruby: '#b3242f',
  javascript: '#d4b830',
  typescript: '#3178c6',
  go: '#12a0c4',
  c: '#73777c',
  cpp: '#e0507a',
  csharp: '#2f8a26',
  kotlin: '#8f62e0',
  php: '#6a74b0',
  swift: '#e8623a',
  scala: '#c2334d',
};

export const STYLE = `
:root { color-scheme: light; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { color-scheme: dark; ${DARK} } }
:root[data-theme=dark] { color-scheme: dark; ${DARK} }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; }
body { margin: 0; display: flex; flex-direction: column; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
code, kbd, .mono, table.code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
h1, h2, h3, p, dl, dd, ul, figure { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: var(--accent); overflow-wrap: anywhere; }
button, input, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.dim { color: var(--dim); }
.hidden, .quiet { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; border: 0; }
.skip { position: absolute; left: -999px; top: 0; z-index: 9; padding: .5rem 1rem; background: var(--accent); color: var(--on-accent); }
.skip:focus { left: 0; }
kbd { font-size: 12px; padding: 1px 6px; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; background: var(--soft); color: var(--dim); }

.top { flex: none; display: flex; align-items: center; gap: 10px 28px; padding: 12px 24px; border-bottom: 1px solid var(--line); background: var(--raised); }
.head { flex: 1 1 auto; min-width: 0; }
.top h1 { font-size: 17px; line-height: 1.35; font-weight: 650; letter-spacing: -.01em; }
.top p { font-size: 12.5px; overflow-wrap: anywhere; }
nav { flex: none; display: flex; gap: 2px; padding: 3px; border-radius: 9px; background: var(--soft); }
nav a { white-space: nowrap; padding: 5px 14px; border-radius: 7px; color: var(--dim); text-decoration: none; font-weight: 550; font-size: 14px; }
nav a:hover { color: var(--fg); }
nav a[aria-current] { color: var(--fg); background: var(--bg); box-shadow: 0 1px 2px rgb(0 0 0 / 14%); }
.tools { display: flex; gap: 6px; }
button { cursor: pointer; border: 1px solid var(--line); border-radius: 7px; background: var(--raised); padding: 5px 11px; }
button:hover { background: var(--hover); border-color: var(--strong); }
main { flex: 1 1 auto; min-height: 0; display: flex; flex-direction: column; }
main > section:not(.browser) { overflow: auto; padding: 24px; width: 100%; max-width: 1400px; margin: 0 auto; }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px; margin-bottom: 22px; }
.figures div { display: flex; flex-direction: column-reverse; padding: 16px 18px; border: 1px solid var(--line); border-radius: 12px; background: var(--raised); box-shadow: var(--shade); }
.figures dd { font-size: 27px; line-height: 1.2; font-weight: 680; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.figures dt { color: var(--dim); font-size: 13px; }
.plots { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); grid-template-rows: auto 1fr; gap: 14px; align-items: start; }
.plots figure:last-child { grid-column: 2; grid-row: 1 / span 2; }
figure { padding: 18px; border: 1px solid var(--line); border-radius: 12px; background: var(--raised); box-shadow: var(--shade); }
figcaption { margin-bottom: 14px; }
figcaption strong { display: block; font-weight: 620; }
figcaption span { color: var(--dim); font-size: 13px; }
.plot { display: block; width: 100%; height: auto; max-height: 620px; }
.plot text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--fg); }
.plot .label { fill: var(--dim); } .plot .value { font-weight: 600; font-variant-numeric: tabular-nums; }
.plot .hit { fill: transparent; } .plot a:hover .hit { fill: var(--hover); }
.plot a:focus-visible { outline: 2px solid var(--accent); }
.plot .bar { fill: var(--accent); } .plot .grid { stroke: var(--line); }
.plot .line { fill: none; stroke: var(--accent); stroke-width: 2.5; stroke-linejoin: round; }
.plot .area { fill: var(--accent); opacity: .1; }
.plot .mark { stroke: var(--strong); stroke-dasharray: 3 3; } .plot .dot { fill: var(--accent); stroke: var(--raised); stroke-width: 2; }
.plot .callout { font-weight: 600; }
.plot .cell { fill: var(--soft); } .plot .heat-same { fill: var(--soft); stroke: var(--strong); stroke-dasharray: 2 2; }
.plot .heat-1 { fill: var(--heat-1); } .plot .heat-2 { fill: var(--heat-2); } .plot .heat-3 { fill: var(--heat-3); }
.plot .heat-4 { fill: var(--heat-4); } .plot .heat-5 { fill: var(--heat-5); }
.plot .count { font-variant-numeric: tabular-nums; }
.plot .heat-text-4, .plot .heat-text-5 { fill: var(--bg); font-weight: 600; }
.plot a:hover .cell { stroke: var(--fg); stroke-width: 1.5; }
${Object.entries(LANGUAGES)
  .map(
    ([id, colour]) =>
      `.lang-${id} { background: ${colour}; } .plot .lang-${id} { fill: ${colour}; }`,
  )
  .join('\n')}

.browser { flex: 1 1 auto; min-height: 0; display: grid; grid-template-columns: minmax(320px, 30rem) minmax(0, 1fr); }
.side { display: flex; flex-direction: column; min-height: 0; border-right: 1px solid var(--line); background: var(--soft); }
.filters { flex: none; display: flex; flex-direction: column; gap: 10px; padding: 14px 16px 10px; border-bottom: 1px solid var(--line); }
.search { position: relative; }
.search input { width: 100%; padding: 8px 38px 8px 12px; border: 1px solid var(--strong); border-radius: 9px; background: var(--bg); }
.search kbd { position: absolute; right: 9px; top: 9px; pointer-events: none; }
.search input:focus + kbd { visibility: hidden; }
::placeholder { color: var(--dim); opacity: 1; }
.chips { display: flex; flex-wrap: wrap; gap: 5px; margin: 0; padding: 0; border: 0; min-width: 0; }
.chip { display: inline-flex; align-items: center; gap: 6px; padding: 2px 9px; border: 1px solid var(--line); border-radius: 99px; background: var(--bg); font-size: 12.5px; cursor: pointer; user-select: none; }
.chip:hover { border-color: var(--strong); }
.chip input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.chip:has(:checked) { background: var(--chosen); border-color: var(--accent); }
.chip:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 1px; }
.lang { display: inline-block; flex: none; width: 9px; height: 9px; border-radius: 50%; box-shadow: inset 0 0 0 1px rgb(0 0 0 / 12%); }
.selects { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
.select { display: flex; align-items: center; gap: 6px; min-width: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); padding: 0 2px 0 9px; font-size: 13px; }
.select:hover { border-color: var(--strong); }
.select:focus-within { outline: 2px solid var(--accent); }
.select span { color: var(--dim); flex: none; }
.select select { flex: 1 1 auto; min-width: 0; border: 0; background: var(--bg); padding: 5px 2px; text-overflow: ellipsis; outline: none; }
.shown { display: flex; align-items: center; justify-content: space-between; min-height: 28px; font-size: 13px; color: var(--dim); }
.shown button { padding: 2px 9px; font-size: 12.5px; color: var(--accent); }
.list { flex: 1 1 auto; min-height: 0; overflow-y: auto; position: relative; outline-offset: -2px; }
.entry { position: absolute; left: 0; right: 0; height: 64px; padding: 9px 16px; border-bottom: 1px solid var(--line); cursor: pointer; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 1px 12px; background: var(--bg); }
.entry:hover { background: var(--hover); }
.entry[aria-selected=true] { background: var(--chosen); box-shadow: inset 3px 0 0 var(--accent); }
.entry > * { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.entry .name { font: 600 13.5px/22px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.entry .weight, .entry .sure { justify-self: end; text-align: right; }
.entry .weight { font-weight: 620; font-size: 13.5px; line-height: 22px; font-variant-numeric: tabular-nums; }
.entry .sub, .entry .sure { font-size: 12.5px; color: var(--dim); }
.entry .lang { margin-right: 3px; } .entry .lang:last-of-type { margin-right: 7px; }
.empty { padding: 32px 24px; text-align: center; color: var(--dim); }

.detail { min-width: 0; min-height: 0; overflow: auto; padding: 22px 26px 40px; outline: none; }
.detail h2 { font: 650 19px/1.35 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.detail .lead { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; margin: 6px 0 14px; color: var(--dim); font-size: 14px; }
.detail .note { margin: 0 0 14px; max-width: 80ch; overflow-wrap: anywhere; }
.detail .back { display: none; margin-bottom: 12px; }
.badge { display: inline-flex; align-items: center; gap: 5px; padding: 1px 9px; border-radius: 99px; font-size: 12.5px; font-weight: 600; background: var(--soft); color: var(--dim); border: 1px solid transparent; }
.v-error, .v-denied { color: var(--error); background: var(--error-bg); }
.v-warning, .v-review { color: var(--warning); background: var(--warning-bg); }
.v-note { color: var(--note); background: var(--note-bg); } .v-unknown { color: var(--dim); background: var(--soft); }
.v-allowed { color: var(--good); background: var(--good-bg); }
.sign { font-weight: 700; }
.flags { display: grid; gap: 8px; margin: 0 0 16px; }
.concern { margin: 0 0 16px; } .concern summary { display: flex; gap: 10px; padding: 8px 13px; border-radius: 9px; cursor: pointer; font-size: 13.5px; font-weight: 550; }
.concern summary::after { content: '▾'; margin-left: auto; } .concern[open] summary::after { content: '▴'; } .concern .flags { margin: 8px 0 0; }
.flag { display: flex; gap: 10px; padding: 9px 13px; border-radius: 9px; font-size: 13.5px; }
.flag div, .flag p { color: var(--fg); min-width: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table.members { border-collapse: collapse; width: 100%; font-size: 13.5px; }
.members th { text-align: left; font-weight: 550; color: var(--dim); font-size: 12.5px; padding: 4px 12px 6px 0; white-space: nowrap; }
.members td { padding: 6px 12px 6px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.members .where { display: block; font-size: 12.5px; color: var(--dim); }
.members td:first-child, .members th:first-child { padding-left: 8px; width: 1%; white-space: nowrap; }
.members td.nowrap { white-space: nowrap; }
.members tr.on td { background: var(--chosen); } .members tr.first td { background: var(--soft); }
.members button { padding: 1px 9px; font-size: 12.5px; }
.members button[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.members code { font-size: 12.5px; }
.aligned { margin: 16px 0 8px; font-size: 13px; color: var(--dim); overflow-wrap: anywhere; }
.codebox { border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; margin-top: 8px; background: var(--raised); }
table.code { border-collapse: collapse; width: 100%; min-width: 720px; table-layout: fixed; font-size: 12.5px; line-height: 1.5; }
.code th { position: sticky; top: 0; text-align: left; font: 600 12.5px/1.4 system-ui, sans-serif; padding: 8px 12px; background: var(--soft); border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.code th + th, .code td.n.r { border-left: 1px solid var(--line); }
.code th small { display: block; font-weight: 400; color: var(--dim); }
.code td { padding: 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; vertical-align: top; tab-size: 4; }
.code .n { width: 52px; text-align: right; color: var(--dim); user-select: none; padding: 0 8px; }
.code .m { background: var(--match); } .code .n.m { color: var(--edge); font-weight: 600; box-shadow: inset -3px 0 0 var(--edge); }

main h3 { font-size: 15px; margin: 22px 0 10px; } #view-licences > h2, #view-skipped > h2 { font-size: 20px; margin-bottom: 8px; }
.key { display: inline-block; padding: 0 8px; border-radius: 99px; font-size: 12.5px; margin-right: 4px; }
table.map { border-collapse: separate; border-spacing: 3px; font-size: 13px; }
.map th { text-align: left; font-weight: 500; padding: 3px 8px; } .map thead th { vertical-align: bottom; color: var(--dim); }
.map thead span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.map thead .corner { padding-bottom: 4px; }
.map tbody th { white-space: nowrap; position: sticky; left: 0; background: var(--bg); }
.map td { min-width: 46px; text-align: center; border-radius: 6px; padding: 0; }
.map td a { display: block; padding: 3px 6px; color: inherit; text-decoration: none; border-radius: 6px; font-variant-numeric: tabular-nums; }
.map td a:hover { text-decoration: underline; }
.skipped > li { margin-bottom: 12px; } .skipped ul { margin: 4px 0 0 18px; list-style: disc; } .skipped code { font-size: 12.5px; overflow-wrap: anywhere; }
dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--raised); color: var(--fg); padding: 22px 26px; max-width: 26rem; width: calc(100% - 32px); }
dialog::backdrop { background: rgb(0 0 0 / 45%); }
dialog h2 { font-size: 17px; margin-bottom: 12px; } dialog dl div { display: flex; gap: 14px; padding: 4px 0; } dialog dt { flex: 0 0 84px; } dialog form { margin-top: 16px; text-align: right; }
@media (prefers-reduced-motion: no-preference) { button, nav a, .entry, .chip { transition: background-color .12s, border-color .12s, color .12s; } }
@media (max-width: 860px) {
  .top { flex-wrap: wrap; padding: 10px 14px; } .head { flex-basis: 100%; } .top nav { flex: 1 1 auto; } nav a { flex: 1 1 auto; text-align: center; padding: 5px 8px; }
  .browser { display: block; overflow: hidden; } .side, .detail { height: 100%; border: 0; }
  .browser:not(.open) .detail, .browser.open .side { display: none; }
  .detail { padding: 16px 14px 32px; } .detail .back { display: inline-block; } main > section:not(.browser) { padding: 16px 14px; }
  .plots { display: flex; flex-direction: column; align-items: stretch; } .figures { grid-template-columns: 1fr 1fr; } .figures dd { font-size: 22px; }
}
@media print { .side, nav, .tools, .back { display: none !important; } html, body, main, .detail { height: auto; overflow: visible; } .browser { display: block; } }
`;
