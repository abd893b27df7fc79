import { scaleLinear } from "d3-scale";
import { tag, text } from "../figures/svg.ts";
import type { Estimate } from "./estimate.ts";
import { WHAT_COLOUR } from "./scatter.ts";

export type Line = {
  readonly name: string;
  readonly values: readonly { readonly noise: number; readonly estimate: Estimate }[];
};

const [WIDTH, HEIGHT] = [560, 380];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 420, 14, 326];
const [TICKS, DOT, APART] = [6, 3.5, 13];

/** One figure of every policy over the noise, with its interval as a band. `times`: what a value is multiplied with. */
export const sweep = (lines: readonly Line[], title: string, times = 1): string => {
  const all = lines.flatMap(({ values }) => values);
  const most = Math.max(1e-9, ...all.map(({ estimate }) => times * estimate.high));
  const y = scaleLinear().domain([0, most]).nice(TICKS).range([BOTTOM, TOP]);
  const x = scaleLinear()
    .domain([0, Math.max(0.01, ...all.map(({ noise }) => noise))])
    .range([LEFT, RIGHT]);
  const at = (noise: number, value: number): [number, number] => [x(noise) ?? 0, y(times * value) ?? 0];
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([cx, cy]) => `${cx.toFixed(1)},${cy.toFixed(1)}`).join(" ");
  const ends: { name: string; y: number }[] = [];
  for (const { name, values } of lines) ends.push({ name, y: y(times * (values.at(-1)?.estimate.value ?? 0)) ?? 0 });
  let last = Number.NEGATIVE_INFINITY;
  const labels = ends
    .sort((a, b) => a.y - b.y)
    .map(({ name, y: height }) => {
      last = Math.max(height + 4, last + APART);
      return text(RIGHT + 10, last, name, { class: `label ${WHAT_COLOUR(name)}` });
    });
  return tag("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "plot" }, [
    ...y
      .ticks(TICKS)
      .flatMap((tick) => [
        tag("line", { x1: LEFT, x2: RIGHT, y1: y(tick) ?? 0, y2: y(tick) ?? 0, class: "grid" }),
        text(LEFT - 6, (y(tick) ?? 0) + 4, tick.toLocaleString("en-US"), { class: "tick", "text-anchor": "end" }),
      ]),
    ...[...new Set(all.map(({ noise }) => noise))].map((noise) =>
      text(x(noise) ?? 0, BOTTOM + 16, `${Math.round(100 * noise)} %`, { class: "tick", "text-anchor": "middle" }),
    ),
    text((LEFT + RIGHT) / 2, HEIGHT - 14, "how often presence is wrong", { class: "axis", "text-anchor": "middle" }),
    text(LEFT, TOP - 3, title, { class: "axis" }),
    ...lines.flatMap(({ name, values }) => {
      const look = WHAT_COLOUR(name);
      const band = [
        ...values.map(({ noise, estimate }) => at(noise, estimate.high)),
        ...values.map(({ noise, estimate }) => at(noise, estimate.low)).reverse(),
      ];
      return [
        ...(look === "ours" ? [tag("polygon", { points: path(band), class: `band ${look}` })] : []),
        tag("polyline", {
          points: path(values.map(({ noise, estimate }) => at(noise, estimate.value))),
          class: `line ${look}`,
        }),
        ...values.map(({ noise, estimate }) => {
          const [cx, cy] = at(noise, estimate.value);
          return tag("circle", { cx, cy, r: DOT, class: look });
        }),
      ];
    }),
    ...labels,
  ]);
};
