import { scaleLinear } from "d3-scale";
import type { Figures } from "./figures.ts";
import { judge, type Side, sideOf } from "./judge.ts";
import type { Shown, Story } from "./stories.ts";
import { tag, text } from "./svg.ts";
import { comparedInWords, number, reachInWords, withUnit } from "./words.ts";

export type Panel = { readonly height: number; readonly svg: string };

/** Where names and medians stand, and where the axis begins and ends. */
export const LEFT = 20;
const [NUMBERS, FROM, TO, RIGHT] = [196, 212, 724, 748];
const [ROW, TITLE, LANE, AXIS, GAP] = [26, 16, 15, 20, 16];
const DOT = 4;
const TICKS = 6;
/** How wide one is in an axis. */
const DIGIT = 6.5;
/** Rounds of equal figures lie one below the other, so that each is seen. */
const APART = 3;
/** Where a line's label would not fit on its right. */
const NEAR_END = 600;

type Row = { readonly name: string; readonly side: Side; readonly hollow: Side | undefined; readonly kind: string };

/** One figure: a row for each side, a point for each round, a line for the median and one for the reach. The axis begins at 0. */
export const panel = (runs: readonly Figures[], story: Story, shown: Shown, top: number): Panel => {
  const judged = runs.map((figures) => judge(figures, shown));
  const rows = runs.flatMap((figures) => rowsOf(figures, story, shown, runs.length > 1));
  // Runs of several sizes have one reach; of one run it hangs on its baseline.
  const [first] = judged;
  const reachAt = first?.reachAt;
  const all = rows.flatMap(({ side, hollow }) => [...side.values, ...(hollow?.values ?? [])]);
  const percent = shown.unit === "share" ? 100 : 1;
  const unit = percent === 1 ? shown.unit : "%";
  const scale = scaleLinear()
    .domain([0, percent * Math.max(...all, reachAt ?? 0)])
    .nice(TICKS)
    .range([FROM, TO]);
  const ticks = ticksThatFit((count) => scale.ticks(count));
  const x = (value: number): number => scale(value * percent) ?? Number.NaN;

  const [lane, begin] = [top + TITLE, top + TITLE + LANE];
  const end = begin + rows.length * ROW;
  const one = runs.length === 1 ? first : undefined;
  const reach = reachInWords(shown);
  const verdicts = one !== undefined ? words(shown, one) : reach === undefined ? "" : `reach ${reach}`;
  const parts = [
    text(LEFT, top + 11, shown.hollow ? `${shown.title} (hollow: ${shown.hollow.about})` : shown.title, {
      class: "title",
    }),
    text(RIGHT, top + 11, verdicts, { class: one?.reached === false ? "missed" : "title", "text-anchor": "end" }),
    ...ticks.flatMap((tick) => {
      const at = scale(tick) ?? Number.NaN;
      return [
        tag("line", { x1: at, x2: at, y1: begin, y2: end, class: "grid" }),
        text(at, end + 14, tick.toLocaleString("en-US"), { class: "tick", "text-anchor": "middle" }),
      ];
    }),
    text(NUMBERS, end + 14, unit, { class: "tick", "text-anchor": "end" }),
    ...rows.flatMap((row, index) => drawRow(row, begin + (index + 0.5) * ROW, x, percent)),
    ...(reachAt === undefined ? [] : drawReach(x(reachAt), lane, end, shown, reachAt * percent)),
  ];
  return { height: end + AXIS + GAP - top, svg: tag("g", {}, parts) };
};

const ticksThatFit = (ticks: (count: number) => number[]): number[] => {
  const fits = (some: readonly number[]): boolean =>
    some.length * (2 + Math.max(...some.map((tick) => tick.toLocaleString("en-US").length))) * DIGIT < TO - FROM;
  const counts = Array.from({ length: TICKS - 1 }, (_, fewer) => TICKS - fewer);
  return counts.map(ticks).find(fits) ?? ticks(1);
};

const words = (shown: Shown, one: ReturnType<typeof judge>): string => {
  const compared = comparedInWords(shown, one);
  const reach = reachInWords(shown);
  return [
    ...(compared === undefined ? [] : [shown.as === "ratio" ? `ratio ${compared}` : compared]),
    ...(reach === undefined ? [] : [`reach ${reach}`, one.reached ? "✓ reached" : "✗ missed"]),
  ].join("  ·  ");
};

const rowsOf = (figures: Figures, { size }: Story, shown: Shown, several: boolean): Row[] => {
  const { figure, hollow, more = {}, oursAlone } = shown;
  const [ours, baseline] = [
    figures.rounds.map((round) => round.ours),
    figures.rounds.map((round) => (oursAlone ? undefined : round.baseline)),
  ];
  const row = (
    name: string,
    rounds: typeof baseline,
    which: string,
    beside: string | undefined,
    kind: string,
  ): Row[] => {
    const side = sideOf(rounds, which);
    return side === undefined
      ? []
      : [{ name, side, hollow: beside === undefined ? undefined : sideOf(rounds, beside), kind }];
  };
  return [
    ...row(
      several && size !== undefined ? withUnit(size.of(figures), size.unit) : "ours",
      ours,
      figure,
      hollow?.figure,
      "ours",
    ),
    ...Object.entries(more).flatMap(([name, which]) => row(name, ours, which, undefined, "ours")),
    ...row("baseline", baseline, figure, hollow?.figure, "baseline"),
  ];
};

const drawRow = (
  { name, side, hollow, kind }: Row,
  y: number,
  x: (value: number) => number,
  percent: number,
): string[] => {
  const dots = ({ values }: Side, look: string): string[] =>
    values.map((value, index) =>
      tag("circle", { cx: x(value), cy: y + (index - (values.length - 1) / 2) * APART, r: DOT, class: look }),
    );
  const middle = x(side.median);
  return [
    text(LEFT, y + 4, name, { class: `name ${kind}` }),
    text(NUMBERS, y + 4, number(side.median * percent), { class: "number", "text-anchor": "end" }),
    ...(hollow === undefined ? [] : dots(hollow, `${kind} hollow`)),
    ...dots(side, `${kind} dot`),
    tag("line", { x1: middle, x2: middle, y1: y - ROW / 2 + 2, y2: y + ROW / 2 - 2, class: `median ${kind}` }),
  ];
};

const drawReach = (at: number, top: number, end: number, { reach }: Shown, value: number): string[] => {
  const more = reach !== undefined && "atLeast" in reach;
  const left = at > NEAR_END;
  const label = `reach ${more ? "≥" : "≤"} ${number(value)}`;
  return [
    tag("line", { x1: at, x2: at, y1: top + 3, y2: end, class: "reach" }),
    text(left ? at - 5 : at + 5, top + 11, label, { class: "reached", "text-anchor": left ? "end" : "start" }),
  ];
};
