import { FIGURE_NAMES, FIGURES, type FigureName } from "./figures.ts";
import type { AtNoise, LabResult } from "./lab.ts";
import { MODELLED } from "./modelled.ts";
import { type Axis, scatter } from "./scatter.ts";
import { sweep } from "./sweep.ts";
import { verdictsOf } from "./verdicts.ts";
import { written } from "./written.ts";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const percent = (noise: number): string => `${Math.round(100 * noise)} %`;
const items = (lines: readonly string[]): string =>
  `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("\n")}</ul>`;

const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--text:#1f2328;--faint:#59636e;--grid:#d9dee3;--ours:#0a5fd1;--baseline:#a35200;--reach:#1a7f37}
@media(prefers-color-scheme:dark){:root{--ground:#0d1117;--text:#e6edf3;--faint:#9198a1;--grid:#2d333b;--ours:#6cb0ff;--baseline:#f0a14a;--reach:#4cc764}}
body{background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Ubuntu,sans-serif;max-width:1180px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:1rem}
figure{margin:0}figcaption,small{color:var(--faint)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
td,th{border-bottom:1px solid var(--grid);padding:.3rem .6rem;text-align:right;white-space:nowrap}td:first-child,th:first-child{text-align:left;position:sticky;left:0;background:var(--ground)}
tr.ours td{font-weight:600}
.plot{width:100%;height:auto}.plot text{font-size:12px;fill:var(--text)}.plot .tick,.plot .axis{fill:var(--faint)}
.grid{stroke:var(--grid)}.ours{fill:var(--ours);stroke:var(--ours)}.baseline{fill:var(--baseline);stroke:var(--baseline)}.reach{fill:var(--reach);stroke:var(--reach)}
.plot text.label{stroke:none}.plot text.ours{fill:var(--ours);font-weight:600}.plot text.baseline{fill:var(--baseline)}.plot text.reach{fill:var(--reach)}
.spread{stroke-opacity:.45;stroke-width:2}.line{fill:none;stroke-width:1.6}.band{fill-opacity:.15;stroke:none}
`;

/** The whole result as one HTML file without anything from elsewhere. The same result gives the same bytes. */
export const reportOf = (result: LabResult, command: string): string => {
  const shown = result.atNoise.find(({ noise }) => noise === 0.2) ?? result.atNoise.at(-1);
  const { wins, losses } = shown === undefined ? { wins: [], losses: [] } : verdictsOf(shown);
  const facts = result.worlds.map(
    ({ name, players, days, incoming, important }) =>
      `${name}: ${players} players, ${days} days, ${incoming.toLocaleString("en-US")} times something came to somebody, ${important.toLocaleString("en-US")} of them important to him`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Policy lab</title><style>${STYLE}</style>
<h1>Policy lab: who is disturbed, and what is missed</h1>
<p><code>${escaped(command)}</code></p>
${items(facts)}
<h2>Where ours loses</h2>
${losses.length === 0 ? "<p>Nowhere in what is measured here.</p>" : items(losses)}
<h2>Where it is better</h2>
${items(wins)}
${shown === undefined ? "" : plotsOf(shown, result.atNoise)}
${result.atNoise.map((at) => `<h2>At ${percent(at.noise)} noise</h2>${tableOf(at)}`).join("\n")}
<p><small>In brackets the interval of 95 of 100 resamples of seeds and players (percentile bootstrap). ${FIGURE_NAMES.map((name) => `<b>${FIGURES[name].short}</b>: ${escaped(FIGURES[name].title)}`).join("; ")}.</small></p>
<h2>What is modelled</h2>
${items(MODELLED)}
<h2>Policies</h2>
${items(result.policies.map(({ name, source, settings }) => `${name}: ${source}. Settings: ${settings}.`))}
</html>
`;
};

const plotsOf = ({ noise, rows }: AtNoise, all: readonly AtNoise[]): string => {
  const pushes: Axis = { title: "pushes by themselves, a player and day", log: 1 };
  const points = (name: FigureName) =>
    rows.map(({ policy, figures }) => ({ name: policy, x: figures.pushes, y: figures[name] }));
  const lines = (name: FigureName) =>
    rows
      // What floods everybody would leave no room for the others.
      .filter(({ figures }) => name !== "pushes" || figures.pushes.value < 20)
      .map(({ policy }) => ({
        name: policy,
        values: all.flatMap(({ noise: level, rows: own }) => {
          const figures = own.find((row) => row.policy === policy)?.figures;
          return figures === undefined ? [] : [{ noise: level, estimate: figures[name] }];
        }),
      }));
  const figure = (caption: string, svg: string): string => `<figure>${svg}<figcaption>${caption}</figcaption></figure>`;
  const better = "Towards the lower left is better; crosses are 95 % intervals.";
  return `<div class="plots">
${figure(`Disturbing against missing, at ${percent(noise)} noise. ${better}`, scatter(points("missed"), pushes, { title: "% of important missed", times: 100 }))}
${figure(`Disturbing against telling late, at ${percent(noise)} noise. ${better}`, scatter(points("toNotifyP95"), pushes, { title: "time to notify p95, s", log: 10 }))}
${figure("What noise costs: missed", sweep(lines("missed"), "% of important missed", 100))}
${figure("What noise costs: pushes, without those above 20 a day", sweep(lines("pushes"), "pushes a player and day"))}
</div>`;
};

const tableOf = ({ rows }: AtNoise): string => {
  const head = FIGURE_NAMES.map((name) => `<th>${FIGURES[name].short}</th>`).join("");
  const body = rows.map(({ policy, figures }) => {
    const cells = FIGURE_NAMES.map((name) => `<td>${written(figures[name], FIGURES[name])}</td>`).join("");
    return `<tr${policy === "ours" ? ' class="ours"' : ""}><td>${escaped(policy)}</td>${cells}</tr>`;
  });
  return `<div class="scroll"><table><tr><th>policy</th>${head}</tr>\n${body.join("\n")}</table></div>`;
};
