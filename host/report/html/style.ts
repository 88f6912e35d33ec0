// The report's only style sheet. Light and dark follow the reader's system; nothing is loaded from anywhere.

/** Pixels of a layer's column in the memory map, so that its number fits. */
const COLUMN = 15;

export function styleSheet(layers: number): string {
  return `
:root { color-scheme: light dark;
  --back: #fcfcfa; --panel: #f3f3ef; --text: #1c1c1a; --quiet: #5c5c56; --line: #d8d8d0; --strong-line: #8b8b83;
  --accent: #1f5fbf; --accent-soft: #bcd3f3; --scratch: #a8480f; --scratch-soft: #f2c7a8; --point: #7c7c75; }
@media (prefers-color-scheme: dark) { :root {
  --back: #161719; --panel: #202226; --text: #ececea; --quiet: #a8a8a2; --line: #35373b; --strong-line: #74767b;
  --accent: #86b4f7; --accent-soft: #264878; --scratch: #e8a26e; --scratch-soft: #6d3b1a; --point: #96968f; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem 1rem 4rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
@media (min-width: 50rem) { body { padding: 2.5rem 2rem 6rem; } }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 .5rem; font-size: 1.25rem; line-height: 1.3; }
p { margin: .25rem 0 .75rem; max-width: 44rem; }
.quiet, caption, figcaption, .axis-title, small, .none, dt { color: var(--quiet); }
.lead { overflow-wrap: anywhere; }
a { color: var(--accent); }
dl.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
dl.figures > div { background: var(--panel); border-radius: .5rem; padding: .75rem .875rem; }
dt { font-size: .875rem; }
dd { margin: 0; overflow-wrap: anywhere; }
dl.figures dd { font-size: 1.375rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
dl.figures dd small { display: block; font-size: .8125rem; line-height: 1.35; }
small, .none { font-size: .8125rem; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: separate; border-spacing: 0; font-size: .9375rem; line-height: 1.35; min-width: 100%; }
caption { text-align: left; padding: 0 0 .5rem; font-size: .875rem; }
caption span { display: inline-block; position: sticky; left: 0; max-width: min(44rem, calc(100vw - 2rem)); }
th, td { padding: .4375rem .625rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; font-size: .8125rem; font-weight: 600; color: var(--quiet);
  border-bottom-color: var(--strong-line); }
tbody th { font-weight: 600; }
tfoot th, tfoot td { font-weight: 600; border-top: 1px solid var(--strong-line); border-bottom: 0; }
th:first-child { position: sticky; left: 0; background: var(--back); padding-left: 0; min-width: 6.5rem;
  max-width: 40vw; overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .number { white-space: normal; }
.word { white-space: nowrap; }
.prose { min-width: 22rem; }
tbody th small { font-weight: 400; font-size: .75rem; }
.number .none { white-space: normal; display: inline-block; min-width: 6rem; }
.wins { color: var(--scratch); font-size: .8125rem; }
em { font-style: normal; color: var(--accent); font-size: .8125rem; white-space: nowrap; }
figure { margin: 1rem 0 1.5rem; }
figure.curve { max-width: 56rem; }
figcaption { font-size: .875rem; margin-top: .5rem; }
.axis-title { margin: 0; font-size: .8125rem; }
.axis-title.end { text-align: right; max-width: none; }
svg { display: block; width: 100%; overflow: visible; }
svg text { font-size: 12px; fill: var(--quiet); font-variant-numeric: tabular-nums; }
svg text.y { text-anchor: end; }
svg text.x { text-anchor: middle; }
svg text.front-number { text-anchor: end; }
svg.plot { height: 22rem; padding: 1rem 1.5rem 1.75rem 2.5rem; }
.map-frame { min-width: ${(layers + 2) * COLUMN + 64}px; }
svg.map { height: 22rem; padding: .75rem .5rem 1.5rem 3.5rem; }
.map text { text-anchor: middle; }
.map g text { fill: var(--text); font-size: 11px; }
.grid { stroke: var(--line); }
.front { stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 5 3; }
.bound { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 6 4; }
circle.point { fill: var(--back); stroke: var(--point); stroke-width: 2; }
circle.chosen { fill: var(--accent); stroke: var(--back); stroke-width: 2; }
rect { stroke: var(--back); stroke-width: 1.5; }
rect.tensor { fill: var(--accent-soft); }
rect.scratch { fill: var(--scratch-soft); }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: .15em; }
figcaption > span { display: inline-block; margin-right: 1em; }
.key.chosen { background: var(--accent); border-radius: 50%; }
.key.point { border: 2px solid var(--point); border-radius: 50%; }
.key.front, .key.bound { height: 0; width: 1.5em; border-radius: 0; vertical-align: .25em; }
.key.front { border-top: 2px dashed var(--accent); }
.key.bound { border-top: 2px dashed var(--text); }
.key.tensor { background: var(--accent-soft); }
.key.scratch { background: var(--scratch-soft); }
summary { cursor: pointer; padding: .5rem 0; }
dl.plain { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1rem; margin: .5rem 0; }
@media print { body { max-width: none; padding: 0; } .scroll { overflow: visible; } }
@media (forced-colors: active) { rect, circle, .key { forced-color-adjust: none; } }
`;
}
