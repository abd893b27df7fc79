/// <reference lib="esnext.temporal" />
import type { PutSeason, SeasonId } from "../../shared/api/ranking.ts";

/** So many months later at the same local time; a day that the month does not have is its last. */
const monthsLater = (atMs: number, months: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).add({ months }).epochMilliseconds;

const nextId = (season: SeasonId): SeasonId =>
  season.replace(/\d{1,9}$/, (number) => String(Number(number) + 1).padStart(number.length, "0"));

/** Of many months that passed while nothing ran, only those that are not over are planned. */
const MOST_MONTHS = 1_200;

/** The season after one that repeats, which ends after `nowMs`; undefined: it does not repeat. */
export const nextSeason = (
  season: Omit<PutSeason, "season"> & { season: SeasonId },
  nowMs: number,
): PutSeason | undefined => {
  const { repeat, endsAt } = season;
  if (repeat === undefined) return undefined;
  const { anchor = endsAt, zone } = repeat;
  let [months, ends, starts] = [1, monthsLater(anchor, 1, zone), endsAt];
  while ((ends <= starts || ends <= nowMs) && months < MOST_MONTHS) {
    if (ends > starts) starts = ends;
    months += 1;
    ends = monthsLater(anchor, months, zone);
  }
  return { ...season, season: nextId(season.season), startsAt: starts, endsAt: ends, repeat: { ...repeat, anchor } };
};
