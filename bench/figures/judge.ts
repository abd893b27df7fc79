import { median, type Round } from "../frame.ts";
import type { Figures } from "./figures.ts";
import type { Reach, Shown } from "./stories.ts";

/** One side's figure of all rounds. */
export type Side = {
  readonly values: readonly number[];
  readonly median: number;
  readonly low: number;
  readonly high: number;
};

export type Judged = {
  readonly ours: Side;
  readonly baseline: Side | undefined;
  /** What is compared: the ratio or difference of the medians, or our median itself. */
  readonly compared: number;
  /** Where ours would have to be, in the figure's own unit. */
  readonly reachAt: number | undefined;
  readonly reached: boolean | undefined;
};

export const limitOf = (reach: Reach): number => ("atLeast" in reach ? reach.atLeast : reach.atMost);

/** Undefined when the rounds do not have the figure. */
export const sideOf = (rounds: readonly (Round | undefined)[], figure: string): Side | undefined => {
  const values = rounds.flatMap((round) => round?.[figure] ?? []);
  if (values.length === 0) return undefined;
  return { values, median: median(values), low: Math.min(...values), high: Math.max(...values) };
};

/** Throws when ours, or a baseline to compare with, does not have the figure. */
export const judge = ({ bench, rounds }: Figures, { figure, as, reach, everyRound, oursAlone }: Shown): Judged => {
  const ours = sideOf(
    rounds.map((round) => round.ours),
    figure,
  );
  const baseline = sideOf(oursAlone ? [] : rounds.map((round) => round.baseline), figure);
  if (ours === undefined) throw new Error(`the figures of ${bench} have no ${figure}`);
  const limit = reach && limitOf(reach);
  if (as === "itself") {
    const worst = reach && "atLeast" in reach ? ours.low : ours.high;
    const { reached } = verdict(everyRound ? worst : ours.median, limit, reach);
    return { ours, baseline, compared: ours.median, reachAt: limit, reached };
  }
  if (baseline === undefined) throw new Error(`the figures of ${bench} have no ${figure} of a baseline`);
  const ratio = as === "ratio";
  const compared = ratio ? ours.median / baseline.median : ours.median - baseline.median;
  const reachAt = limit && (ratio ? limit * baseline.median : limit + baseline.median);
  return { ours, baseline, ...verdict(compared, reachAt, reach) };
};

const verdict = (compared: number, reachAt: number | undefined, reach: Reach | undefined) => ({
  ...{ compared, reachAt },
  reached: reach && ("atLeast" in reach ? compared >= reach.atLeast : compared <= reach.atMost),
});
