/** The style sheet of every page: light and dark, in grey, on a phone and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566070; --paper: #ffffff; --rule: #dfe4ea; --band: #f5f7f9;
  --c0: #0b4fa8; --c1: #0c7d70; --c2: #c2570c; --c3: #d0483e; --c4: #7b3fb5; --c5: #5c6675; --c6: #8a6d00;
  --yes: #0c7d4b; --partly: #a35a00; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #a3adbb; --paper: #14181e; --rule: #2c333d; --band: #1a2028;
    --c0: #8cc4ff; --c1: #4cc9b5; --c2: #ffa45c; --c3: #ee7066; --c4: #c79bf2; --c5: #a3adbb; --c6: #e3c34c;
    --yes: #5fd39a; --partly: #f2b35c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", sans-serif; overflow-wrap: break-word; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.about { color: var(--soft); font-size: .875rem; margin: 0 0 1.25rem; } .about span + span::before { content: "·"; margin: 0 .35rem 0 .1rem; }
figure { margin: 1.5rem 0 2rem; }
figcaption, .caption { color: var(--soft); margin: 0 0 .5rem; max-width: 46rem; }
.hero { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin: 0 0 1.25rem; }
.hero strong { font-size: clamp(2.5rem, 9vw, 4.5rem); line-height: 1.05; letter-spacing: -.02em; }
.hero span { color: var(--soft); max-width: 30rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .9rem 1.25rem; margin: 1rem 0; }
.facts dt { color: var(--soft); font-size: .8125rem; line-height: 1.3; } .facts dd { margin: 0; font-size: .9375rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.wide > svg, .narrow > svg { width: 100%; height: auto; display: block; font-size: 12.5px; }
.narrow { display: none; }
@media screen and (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } .scroll td:not(.n) { white-space: normal; min-width: 5rem; } .narrow > svg { font-size: 12px; } }
.grid { stroke: var(--rule); } .axis, .tickmark { stroke: var(--soft); }
.tick, .title { fill: var(--soft); } .name { fill: var(--ink); }
.limit { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 1 3; stroke-linecap: round; } .limitname { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.line { fill: none; stroke: var(--c); stroke-width: 1.75; stroke-linejoin: round; } .line.bold { stroke-width: 3; } .line.faint { stroke-width: 1; }
.area { fill: var(--c); fill-opacity: .16; } .look .area { fill-opacity: .3; }
.leader { fill: none; stroke: var(--c); stroke-width: 1; opacity: .45; }
.bar { fill: var(--c); } .hatch { fill: url(#hatching); stroke: none; pointer-events: none; color: var(--c); } .hatchline { stroke: var(--ink); stroke-width: 1.5; opacity: .5; }
.bar + .hatch .hatchline { stroke: var(--paper); }
.band { fill: transparent; } .band:hover { fill: var(--soft); fill-opacity: .14; }
.range { stroke: var(--c); stroke-width: 1.25; opacity: .8; } .interval { stroke: var(--c); stroke-width: 6; opacity: .35; }
.full { fill: var(--c); stroke: var(--paper); stroke-width: 1; } .hollow { fill: var(--paper); stroke: var(--c); stroke-width: 1.75; }
.label { fill: var(--c); font-weight: 600; font-size: 11.5px; }
.s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); } .s3 { --c: var(--c3); } .s4 { --c: var(--c4); }
.s5 { --c: var(--c5); } .s6 { --c: var(--c6); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .5rem; padding: 0; font-size: .875rem; }
.look { vertical-align: middle; margin-right: .4rem; }
.families { border: 0; margin: 0 0 .5rem; padding: 0; font-size: .875rem; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.families legend { float: left; padding: 0; margin-right: .25rem; color: var(--soft); } .families input { vertical-align: middle; accent-color: var(--c0); }
.slider { display: block; font-size: .875rem; margin: 0 0 .5rem; } .slider output { font-weight: 600; }
.slider input { display: block; width: 100%; margin: .4rem 0 0; accent-color: var(--c0); }
details { margin: .5rem 0 0; } summary { cursor: pointer; color: var(--soft); font-size: .875rem; }
#tip { position: fixed; pointer-events: none; white-space: pre-line; background: var(--ink); color: var(--paper);
  font-size: .8125rem; line-height: 1.4; padding: .35rem .6rem; border-radius: 6px; max-width: min(26rem, 94vw); z-index: 3; }
#tip[hidden], [data-frame][hidden], [data-family][hidden] { display: none; }
ol { padding-left: 1.25rem; } .claim { font-weight: 600; margin-bottom: 0; } li p { margin: .25rem 0 .75rem; }
.warning { border-left: 3px solid var(--partly); padding-left: .75rem; }
.yes { color: var(--yes); } .partly { color: var(--partly); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; } .n { text-align: right; } tbody tr:nth-child(even) { background: var(--band); }
.box { overflow: auto; width: fit-content; max-width: 100%; max-height: 34rem; border: 1px solid var(--rule); border-radius: 6px; }
.matrix { font-size: .75rem; border-collapse: separate; border-spacing: 0; } .matrix th, .matrix td { padding: .12rem .45rem; text-align: right; }
.matrix tbody tr:nth-child(even) { background: none; }
.matrix thead th { position: sticky; top: 0; background: var(--paper); z-index: 1; } .matrix th:first-child { position: sticky; left: 0; background: var(--paper); text-align: left; }
.matrix thead th:first-child { z-index: 2; } .matrix .mark { background: color-mix(in srgb, var(--c) var(--full), var(--paper)); color: var(--ink); }
.matrix .all { font-weight: 600; }
.small { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1rem 1.5rem; }
.small + .scroll { margin-top: 1.25rem; } .small svg { width: 100%; height: auto; display: block; font-size: 12px; }
pre { background: var(--band); padding: .75rem 1rem; overflow-x: auto; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: inline-block; max-width: 100%; white-space: pre-wrap; }
@media print {
  :root { color-scheme: light; }
  main { max-width: none; padding: 0; } body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .chart, figure { break-inside: avoid; } h2 { break-after: avoid; }
  details, .slider input, .screen { display: none; } .scroll, .box { overflow: visible; max-height: none; }
  .matrix { font-size: 6.5pt; } .matrix th, .matrix td { padding: .05rem .12rem; white-space: normal; }
}
`;
