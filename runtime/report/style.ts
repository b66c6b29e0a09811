/**
 * How a report's page looks.
 *
 * @module
 */

/** Its style sheet: light and dark, narrow and wide, on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c2127; --muted: #58626d; --line: #d8dde3; --tint: #f3f5f7;
  --run: #1f62b0; --test: #177245; --published: #b0490f; --hit: #bcd6f2; --miss: #f2b48f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15191e; --ink: #e5e9ee; --muted: #9aa6b2; --line: #303943; --tint: #1d232a;
    --run: #7db4f5; --test: #63c796; --published: #f0a070; --hit: #23486f; --miss: #87431c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
}
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 1rem; }
p { margin: 0 0 1rem; max-width: 44rem; }
code { font: 0.875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
small { font-size: 0.8125rem; }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1.75rem; }
.lead, .note, small, dt { color: var(--muted); }
.note, .legend { font-size: 0.875rem; }
time { white-space: nowrap; }
.warning { color: var(--published); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.5rem; margin: 2rem 0 0; }
.figures dt { font-size: 0.875rem; }
.figures dd { margin: 0; font-size: 1.75rem; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em; }
.figures small { display: block; font-weight: 400; letter-spacing: 0; }
.pair { display: grid; gap: 2rem 2.5rem; align-items: start; }
.pair > * { min-width: 0; }
figure { margin: 0; }
figcaption, h3 { font-size: 0.9375rem; font-weight: 600; margin: 0 0 0.5rem; }
figure .note { margin: 0.5rem 0 0; }
.plot { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; overflow: visible; color: var(--ink); }
.plot text { white-space: pre; }
.half { display: none; }
.phone { max-width: 30rem; }
.half.graph { max-width: 38rem; }
.net rect { fill: var(--tint); stroke: var(--line); }
.net text { fill: currentColor; }
.net .name { font-weight: 600; }
.net .small { fill: var(--muted); font-size: 11px; }
.net path { fill: none; stroke: var(--muted); stroke-width: 1.25; stroke-linecap: round; stroke-linejoin: round; }
.net .lane { stroke: var(--run); }
.legend { list-style: none; margin: 1.25rem 0 0; padding: 0; }
.legend li { padding-left: 1.5rem; position: relative; }
.key { position: absolute; left: 0.125rem; top: 0.3em; width: 0.75rem; height: 0.75rem; }
.key.run { background: var(--run); border-radius: 50%; }
.key.test { background: var(--test); transform: rotate(45deg) scale(0.85); }
.key.published { border: 2px solid var(--published); border-radius: 50%; }
/* what is hidden in it is positioned, and would make the page wide */
.scroll { overflow-x: auto; position: relative; }
table { border-collapse: collapse; font-size: 0.875rem; overflow-wrap: normal; white-space: nowrap; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; text-align: right; vertical-align: top; }
th { color: var(--muted); font-weight: 400; }
thead th { border-bottom: 1px solid var(--line); }
.text { text-align: left; }
.matrix { width: 100%; line-height: 1.3; }
.matrix th, .matrix td { padding: 0.375rem 0.125rem; text-align: center; font-size: 0.8125rem; min-width: 2.5rem; }
.matrix .text { text-align: left; white-space: normal; padding-right: 0.5rem; min-width: 5rem; }
.matrix thead th { border: 0; }
.matrix tbody td { border: 1px solid var(--paper); background: var(--tint); }
.matrix tbody td:last-child { background: none; color: var(--muted); padding-left: 0.5rem; }
.matrix td, .key { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.matrix tbody .hit { background: color-mix(in srgb, var(--hit) var(--p), var(--tint)); }
.matrix tbody .miss { background: color-mix(in srgb, var(--miss) var(--p), var(--tint)); }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
details { margin-top: 1.25rem; }
summary { cursor: pointer; color: var(--run); font-size: 0.875rem; }
details .scroll { margin-top: 0.75rem; }
.missed { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem 0.5rem; grid-template-columns: repeat(auto-fill, minmax(4.25rem, 1fr)); }
.missed.named { grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); }
.missed li { font-size: 0.875rem; line-height: 1.3; }
.missed img { display: block; width: 3.5rem; height: auto; image-rendering: pixelated; margin-bottom: 0.25rem; border: 1px solid var(--line); }
.missed span, .missed small { display: block; }
.facts { display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: 0.375rem 1.5rem; margin: 0; font-size: 0.9375rem; }
.facts dd { margin: 0; }
:focus-visible { outline: 2px solid var(--run); outline-offset: 2px; }
@media (min-width: 48rem) {
  .pair { grid-template-columns: 1fr 1fr; }
  .pair.wider { grid-template-columns: 3fr 2fr; }
  .half { display: block; }
  .phone { display: none; }
}
@media (max-width: 30rem) {
  .matrix th, .matrix td { padding: 0.375rem 0.0625rem; font-size: 0.6875rem; min-width: 0; }
  .matrix tbody td:last-child { padding-left: 0.25rem; }
}
@media (prefers-color-scheme: light) {
  /* what has ink is dark; the border is turned back */
  .missed .grey { filter: invert(1); border-color: #27221c; }
}
@media print {
  body { font-size: 11pt; }
  main { padding: 0; }
  .pair.wider { grid-template-columns: 1fr; }
  section, figure, .missed li { break-inside: avoid; }
  details::details-content { display: block; content-visibility: visible; }
}
`;
