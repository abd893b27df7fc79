import type { Figures } from "./figures.ts";
import { LEFT, panel } from "./panel.ts";
import type { Story } from "./stories.ts";
import { tag, text, wrapped } from "./svg.ts";

const WIDTH = 768;
/** That fit on a line of small text. */
const CHARACTERS = 122;
const LINE = 15;
const [HEAD, FOOT] = [28, 10];

const LIGHT = {
  ...{ ground: "#fff", text: "#1f2328", faint: "#59636e", grid: "#d9dee3" },
  ...{ ours: "#0a5fd1", baseline: "#a35200", reach: "#1a7f37", missed: "#c2242d" },
};
const DARK: typeof LIGHT = {
  ...{ ground: "#0d1117", text: "#e6edf3", faint: "#9198a1", grid: "#2d333b" },
  ...{ ours: "#6cb0ff", baseline: "#f0a14a", reach: "#4cc764", missed: "#ff7b72" },
};

const colours = ({ ground, text, faint, grid, ours, baseline, reach, missed }: typeof LIGHT): string => `
.ground{fill:${ground};stroke:${grid}}
.grid{stroke:${grid}}
text{fill:${text}}
.small,.tick{fill:${faint}}
.missed{fill:${missed}}
.reached{fill:${reach}}
.reach{stroke:${reach}}
.ours{fill:${ours};stroke:${ours}}
.baseline{fill:${baseline};stroke:${baseline}}
circle.dot{stroke:${ground}}
`;

/** On its own ground, so that it is readable on any page; the browser says whether that is light or dark, and what cannot tell shows it light. */
const STYLE = `
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Ubuntu,sans-serif}
text.head{font-size:16px;font-weight:600}
text.small,text.tick,text.reached{font-size:11px}
text.title,text.number,text.missed{font-weight:600}
.number,.tick{font-variant-numeric:tabular-nums}
text.name{stroke:none}
circle{fill-opacity:.7;stroke-width:.7}
circle.hollow{fill:none;stroke-width:1.2}
.median{stroke-width:2}
.reach{stroke-width:1.5;stroke-dasharray:5 3}
`;

/** All runs of one bench that are kept, as SVG with texts as text; the same figures always give the same bytes. */
export const plot = (story: Story, runs: readonly Figures[]): string => {
  const [usual = undefined] = [...runs.filter(({ sizes }) => Object.keys(sizes).length === 0), ...runs];
  if (usual === undefined) throw new Error(`no run of ${story.bench} is kept`);
  const { baseline } = story;
  const about = [
    ...wrapped(`${usual.note}.`, CHARACTERS),
    ...(baseline === "" ? [] : wrapped(`Baseline: ${baseline.replaceAll("`", "")}.`, CHARACTERS)),
  ];
  const parts = [text(LEFT, HEAD, `${story.bench}: ${story.work}`, { class: "head" })];
  let y = HEAD + 6;
  const write = (lines: readonly string[], look: string): void => {
    for (const line of lines) {
      y += LINE;
      parts.push(text(LEFT, y, line, { class: look }));
    }
  };
  write(about, "small");
  if (runs.some(({ quick }) => quick))
    write(["Quick run, smaller and with fewer rounds: not a figure to go by."], "missed");
  y += LINE + 4;
  for (const shown of story.shown) {
    const { svg, height } = panel(runs, story, shown, y);
    parts.push(svg);
    y += height;
  }
  y -= LINE;
  write(foot(story, usual, runs.length > 1), "small");
  y += FOOT;
  const ground = tag("rect", { x: 0.5, y: 0.5, width: WIDTH - 1, height: y - 1, rx: 6, class: "ground" });
  return `${tag(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${y}`, width: WIDTH, height: y, role: "img" },
    [
      tag("title", {}, [`${story.bench}: every round of ours${baseline === "" ? "" : " and of the baseline"}`]),
      tag("style", {}, [`${colours(LIGHT)}@media(prefers-color-scheme:dark){${colours(DARK)}}${STYLE}`]),
      ground,
      ...parts.map((part) => `\n${part}`),
    ],
  )}\n`;
};

const foot = ({ baseline, fsyncToo }: Story, { fsync, machine, rounds }: Figures, several: boolean): string[] => {
  const turns = baseline === "" ? "" : " of each side, in turns";
  const points = `A point is a round${several ? "" : ` (${rounds.length}${turns})`}, a line their median.`;
  const { cores, cpu, system, node, redis } = machine;
  const modes = [`fsync ${fsync}`, ...(fsyncToo === undefined ? [] : [`${fsyncToo} where it says so`])].join(", ");
  return [points, ...wrapped(`${modes}; ${cores} cores (${cpu}), ${system}, Node ${node}, ${redis}.`, CHARACTERS)];
};
