import { isQuiet } from "./quiet.ts";
import type { Outcome } from "./simulate.ts";
import type { World } from "./world.ts";

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
/** Who would have seen it by himself within this did not need to be told fast. */
const SEES_BY_HIMSELF_MS = 10 * MINUTE_MS;
/** Who reads within this anyway need not have been disturbed. */
const SOON_MS = MINUTE_MS;

/** What a policy did to one player. Counts are over the whole time. */
export type Tally = {
  readonly days: number;
  /** Pushes that buzz, without digests, on each of his days. */
  readonly perDay: readonly number[];
  readonly alerts: number;
  /** Those that tell at least one thing important to him. */
  readonly importantAlerts: number;
  /** In any 60 minutes. */
  readonly mostInHour: number;
  readonly digests: number;
  /** In any 24 hours: a day in which clocks are moved back has 25. */
  readonly mostDigestsInDay: number;
  readonly important: number;
  /** Important, unread and not told in time while he could be reached. */
  readonly missed: number;
  /** Important, and over before his quiet hours were. */
  readonly sleptThrough: number;
  /** Important ones he had read in time. */
  readonly readInTime: number;
  /** From the notice to the push, in ms, of what is important and he would not have seen soon by himself; what came in his quiet hours apart. */
  readonly toNotify: readonly number[];
  readonly heldToNotify: readonly number[];
  readonly alreadyRead: number;
  readonly readSoonAnyway: number;
  /** Pushes in his quiet hours of what he does not let through, digests too. */
  readonly violations: number;
  /** Pushes in his quiet hours of what he does. */
  readonly through: number;
  /** Notices told a second time. */
  readonly duplicates: number;
};

/** Judges what came of a policy for a player against what really happened. */
export const tally = ({ player, sent, readAt }: Outcome, { from, to }: Pick<World, "from" | "to">): Tally => {
  const { incoming, phoneOff } = player;
  const days = Math.round((to - from) / DAY_MS);
  const perDay = Array.from({ length: days }, () => 0);
  const told = new Map<number, number>();
  const alerts = sent.filter(({ sort }) => sort === "alert");
  const digests = sent.filter(({ sort }) => sort === "digest");
  let [importantAlerts, alreadyRead, readSoonAnyway, violations, through, duplicates] = [0, 0, 0, 0, 0, 0];
  for (const { at, sort, notices, ...push } of sent) {
    const kinds = notices.map((index) => incoming[index]?.kind ?? "chatter");
    if (sort === "alert") {
      const day = Math.min(days - 1, Math.floor((at - from) / DAY_MS));
      perDay[day] = (perDay[day] ?? 0) + 1;
      if (notices.some((index) => incoming[index]?.important)) importantAlerts++;
      if (push.alreadyRead) alreadyRead++;
      else if (notices.every((index) => (incoming[index]?.readAt ?? 0) <= at + SOON_MS)) readSoonAnyway++;
    }
    if (isQuiet(player, at)) {
      if (sort === "alert" && kinds.some((kind) => player.through.includes(kind))) through++;
      else violations++;
    }
    const arrives = phoneOff.find((outage) => outage.from <= at && outage.to > at)?.to ?? at;
    for (const index of notices) {
      if (told.has(index)) duplicates++;
      else told.set(index, arrives);
    }
  }
  let [important, missed, sleptThrough, readInTime] = [0, 0, 0, 0];
  const [toNotify, heldToNotify]: [number[], number[]] = [[], []];
  for (const [index, one] of incoming.entries()) {
    if (!one.important) continue;
    important++;
    const inTime = (readAt[index] ?? Number.POSITIVE_INFINITY) <= one.toldBy;
    if (inTime) readInTime++;
    const toldAt = told.get(index);
    const isQuietThen = isQuiet(player, one.at) && !player.through.includes(one.kind);
    if (toldAt !== undefined && one.readAt > one.at + SEES_BY_HIMSELF_MS)
      (isQuietThen ? heldToNotify : toNotify).push(toldAt - one.at);
    if (inTime || (toldAt ?? Number.POSITIVE_INFINITY) <= one.toldBy || one.toldBy > to) continue;
    const overAt = Math.min(one.overAt, one.expiresAt);
    if (overAt > one.toldBy) missed++;
    else if (isQuietThen && one.expiresAt <= one.toldBy) sleptThrough++;
  }
  return {
    ...{ days, perDay, alerts: alerts.length, importantAlerts, alreadyRead, readSoonAnyway, violations, through },
    mostInHour: mostWithin(HOUR_MS, alerts),
    digests: digests.length,
    mostDigestsInDay: mostWithin(DAY_MS, digests),
    ...{ important, missed, sleptThrough, readInTime, toNotify, heldToNotify, duplicates },
  };
};

const mostWithin = (ms: number, sent: Outcome["sent"]): number => {
  let [most, first] = [0, 0];
  for (const [last, { at }] of sent.entries()) {
    while ((sent[first]?.at ?? 0) <= at - ms) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
};
