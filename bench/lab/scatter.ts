import { scaleLinear, scaleSymlog } from "d3-scale";
import { tag, text } from "../figures/svg.ts";
import type { Estimate } from "./estimate.ts";

export type Point = { readonly name: string; readonly x: Estimate; readonly y: Estimate };
export type Axis = {
  readonly title: string /** What a value is multiplied with. */;
  readonly times?: number /** Where the scale turns from linear to logarithmic. */;
  readonly log?: number;
};

const [WIDTH, HEIGHT] = [560, 380];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 530, 14, 326];
const [TICKS, DOT, APART] = [6, 5, 13];

export const WHAT_COLOUR: (name: string) => string = (name) =>
  name === "ours" ? "ours" : name === "oracle" ? "reach" : "baseline";

/** Policies by two figures, with their intervals as crosses. Towards the lower left is better. */
export const scatter = (points: readonly Point[], across: Axis, up: Axis): string => {
  const [x, y] = [
    scaleOf(
      across,
      points.map((point) => point.x),
      [LEFT, RIGHT],
    ),
    scaleOf(
      up,
      points.map((point) => point.y),
      [BOTTOM, TOP],
    ),
  ];
  const labels = placed(points.map((point) => ({ name: point.name, x: x.at(point.x.value), y: y.at(point.y.value) })));
  return tag("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "plot" }, [
    ...x.ticks.flatMap(({ at, label }) => [
      tag("line", { x1: at, x2: at, y1: TOP, y2: BOTTOM, class: "grid" }),
      text(at, BOTTOM + 16, label, { class: "tick", "text-anchor": "middle" }),
    ]),
    ...y.ticks.flatMap(({ at, label }) => [
      tag("line", { x1: LEFT, x2: RIGHT, y1: at, y2: at, class: "grid" }),
      text(LEFT - 6, at + 4, label, { class: "tick", "text-anchor": "end" }),
    ]),
    text((LEFT + RIGHT) / 2, HEIGHT - 14, across.title, { class: "axis", "text-anchor": "middle" }),
    text(LEFT, TOP - 3, up.title, { class: "axis" }),
    ...points.flatMap((point) => {
      const [cx, cy, look] = [x.at(point.x.value), y.at(point.y.value), WHAT_COLOUR(point.name)];
      return [
        tag("line", { x1: x.at(point.x.low), x2: x.at(point.x.high), y1: cy, y2: cy, class: `spread ${look}` }),
        tag("line", { x1: cx, x2: cx, y1: y.at(point.y.low), y2: y.at(point.y.high), class: `spread ${look}` }),
        tag("circle", { cx, cy, r: DOT, class: look }),
      ];
    }),
    ...labels.map(({ name, x: at, y: height }) => text(at, height, name, { class: `label ${WHAT_COLOUR(name)}` })),
  ]);
};

const scaleOf = ({ times = 1, log }: Axis, values: readonly Estimate[], range: [number, number]) => {
  const most = Math.max(
    1e-9,
    ...values.map(({ value, high }) => times * Math.max(value, Number.isFinite(high) ? high : 0)),
  );
  const scale =
    log === undefined
      ? scaleLinear().domain([0, most]).nice(TICKS).range(range)
      : scaleSymlog()
          .constant(log)
          .domain([0, most * 1.1])
          .range(range);
  const at = (value: number): number => scale(times * (Number.isFinite(value) ? value : 0)) ?? Number.NaN;
  const wanted = log === undefined ? scale.ticks(TICKS) : powers(log, most);
  return { at, ticks: wanted.map((tick) => ({ at: scale(tick) ?? Number.NaN, label: tick.toLocaleString("en-US") })) };
};

const powers = (least: number, most: number): number[] => {
  const found = [0];
  for (let tick = least; tick <= most * 1.1; tick *= 10)
    found.push(tick, ...(tick * 3 <= most * 1.1 ? [tick * 3] : []));
  return found;
};

/** Names beside their points, moved up where they would cover each other. */
const placed = (labels: readonly { name: string; x: number; y: number }[]) => {
  const done: { name: string; x: number; y: number }[] = [];
  for (const { name, x, y } of labels.toSorted((a, b) => b.y - a.y)) {
    const left = x > RIGHT - 110 ? x - 10 - name.length * 6.5 : x + 9;
    let height = y + 4;
    while (done.some((other) => Math.abs(other.y - height) < APART && Math.abs(other.x - left) < 120)) height -= 2;
    done.push({ name, x: left, y: height });
  }
  return done;
};
