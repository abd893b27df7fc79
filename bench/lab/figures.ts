import type { Weights } from "./estimate.ts";
import type { Pool } from "./pool.ts";
import type { Tally } from "./tally.ts";

type Unit = "a day" | "share" | "s" | "pushes";

export type Figure = {
  /** Head of its column. */
  readonly short: string;
  readonly title: string;
  readonly unit: Unit;
  /** A largest value has no interval: resamples only know smaller ones. */
  readonly isLargest?: true;
  of(pool: Pool, weights: Weights): number;
};

const perDay = (short: string, title: string, count: (tally: Tally) => number): Figure => ({
  ...{ short, title: `${title}, a player and day`, unit: "a day" },
  of: (pool, weights) => pool.sum(count, weights) / pool.sum(({ days }) => days, weights),
});
const ofImportant = (short: string, title: string, count: (tally: Tally) => number): Figure => ({
  ...{ short, title: `${title}, of what is important`, unit: "share" },
  of: (pool, weights) => pool.sum(count, weights) / pool.sum(({ important }) => important, weights),
});
const largest = (short: string, title: string, count: (tally: Tally) => number): Figure => ({
  ...{ short, title, unit: "pushes", isLargest: true },
  of: ({ tallies }) => Math.max(...tallies.map(count)),
});
const time = (short: string, title: string, values: (tally: Tally) => readonly number[], share: number): Figure => ({
  ...{ short, title, unit: "s" },
  of: (pool, weights) => pool.percentile(values, share, weights) / 1_000,
});
const toNotify = (tally: Tally): readonly number[] => tally.toNotify;
const held = (tally: Tally): readonly number[] => tally.heldToNotify;
const days = (tally: Tally): readonly number[] => tally.perDay;

/** All that a policy is measured by. */
export const FIGURES = {
  pushes: perDay("pushes", "pushes by themselves, digests apart", ({ alerts }) => alerts),
  importantPushes: perDay(
    "important",
    "of them with something important to him",
    ({ importantAlerts }) => importantAlerts,
  ),
  pushesP95: {
    ...{ short: "p95 day", title: "pushes by themselves on a bad day (p95 of players' days)", unit: "pushes" },
    of: (pool, weights) => pool.percentile(days, 0.95, weights),
  },
  mostInHour: largest(
    "max hour",
    "most pushes by themselves anybody got in 60 minutes",
    ({ mostInHour }) => mostInHour,
  ),
  digests: perDay("digests", "digests", ({ digests }) => digests),
  mostDigests: largest(
    "max digests",
    "most digests anybody got in 24 hours",
    ({ mostDigestsInDay }) => mostDigestsInDay,
  ),
  missed: ofImportant(
    "missed",
    "unread and not told within 30 min in which he could be reached",
    ({ missed }) => missed,
  ),
  slept: ofImportant("slept", "over before his quiet hours were", ({ sleptThrough }) => sleptThrough),
  readInTime: ofImportant(
    "read in time",
    "read within that time, by himself or led by a push",
    ({ readInTime }) => readInTime,
  ),
  toNotifyP50: time("p50", "time to notify, median, quiet hours apart", toNotify, 0.5),
  toNotifyP95: time("p95", "time to notify, p95, quiet hours apart", toNotify, 0.95),
  heldP50: time("held p50", "time to notify of what came in his quiet hours, median", held, 0.5),
  alreadyRead: perDay("read", "pushes of what he had read already", ({ alreadyRead }) => alreadyRead),
  readSoon: perDay(
    "read soon",
    "pushes of what he would have read within a minute anyway",
    ({ readSoonAnyway }) => readSoonAnyway,
  ),
  violations: perDay(
    "violations",
    "pushes in his quiet hours of what he does not let through, digests too",
    ({ violations }) => violations,
  ),
  duplicates: perDay("twice", "notices told a second time", ({ duplicates }) => duplicates),
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES).filter((name): name is FigureName => name in FIGURES);
