import type { FitReason } from "../../shared/api/directory.ts";
import { type Found, toListing } from "./listing.ts";
import { regionKey } from "./places.ts";
import type { Seeker } from "./seeker.ts";

/** How well a guild fits somebody, and why: the strongest reason first, at least one. */
export type Fit = { found: Found; score: number; reasons: FitReason[] };

const HOURS_OF_BLOCK = 3;
const MONTH_MS = 30 * 86_400_000;
/** Messages a week of a guild in which there is always somebody, and members seen a week. */
const LIVELY = { messages: 300, seen: 20 };
/** So much of what is said must fall into one's hours: by chance it is a third. */
const AT_HOURS = 0.45;
/** Newcomers a week of a guild that grows. */
const GROWING = 3;

/** What part of what is said there is said at his hours. */
const atHours = ({ pulse }: Found, { hours }: Seeker): number => {
  const all = pulse.h.reduce((sum, messages) => sum + messages, 0);
  if (all === 0) return 0;
  return (
    [...hours].reduce((sum, hour) => sum + (pulse.h[Math.floor(hour / HOURS_OF_BLOCK)] ?? 0), 0) / HOURS_OF_BLOCK / all
  );
};

/** Undefined: he cannot join it. */
export const fitOf = (found: Found, seeker: Seeker, nowMs: number): Fit | undefined => {
  const { row } = found;
  const { activity } = toListing(found, nowMs);
  if (row.members >= row.capacity || row.minLevel > seeker.level) return undefined;
  const speaks = row.language === undefined || row.language === seeker.language;
  const near =
    row.region !== undefined && seeker.region !== undefined && regionKey(row.region) === regionKey(seeker.region);
  const hours = atHours(found, seeker);
  const full = row.members / row.capacity;
  const isLively = activity.messages >= LIVELY.messages / 4;
  const isAwake = isLively && hours >= AT_HOURS;
  const isOfLevel = row.minLevel > 0 && seeker.level < 2 * row.minLevel + 5;
  const isGrowing = activity.newcomers >= GROWING && full < 0.9;
  const isNew = nowMs - row.createdAt < MONTH_MS;
  const welcomes = row.joinMode === "open" && activity.newcomers >= 1 && (isNew || full < 0.5);
  const reasons: FitReason[] = [
    ...(speaks && near ? (["same-language-and-region"] as const) : []),
    ...(isAwake ? (["active-at-your-hours"] as const) : []),
    ...(isOfLevel ? (["fits-your-level"] as const) : []),
    ...(isGrowing ? (["growing"] as const) : []),
    ...(welcomes ? (["welcomes-newcomers"] as const) : []),
    ...(speaks && !near ? (["same-language"] as const) : []),
    ...(isLively ? (["active"] as const) : []),
  ];
  const score =
    (speaks ? 40 : 0) +
    (near ? 20 : 0) +
    10 * Math.min(1, activity.messages / LIVELY.messages) +
    10 * Math.min(1, activity.seen / LIVELY.seen) +
    (isLively ? 10 * Math.min(1, hours / AT_HOURS) : 0) +
    (isOfLevel ? 5 : 0) +
    (welcomes || isGrowing ? 5 : 0) +
    (full < 0.9 ? 5 : 0) +
    (row.joinMode === "open" ? 5 : 0);
  return { found, score, reasons: reasons.length === 0 ? ["has-room"] : reasons };
};
