import { offsetAt } from "../deciding/zone-offset.ts";
import { digestMoment } from "./digest-moment.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Sunday 12:00 UTC, 4 January 1970: from then to Monday morning in the first of all zones 7 hours remain. */
const FIRST_MS = 3 * DAY_MS + 12 * HOUR_MS;
/** Figures of all guilds are drawn within so long, and their leaders told between these hours of their Mondays. */
const TURN_SPREAD_MS = 4 * HOUR_MS;
const MORNING_HOUR = 10;
const MORNING_MS = 2 * HOUR_MS;

/** The week that was over last at a moment: the date (UTC) of the Sunday at whose noon it ended. A later one is greater as a text. */
export const weekAt = (nowMs: number): string => new Date(startOf(nowMs)).toISOString().slice(0, 10);

/** When a guild's figures are drawn next. */
export const nextTurn = (guild: string, nowMs: number): number => {
  const turn = (at: number) => digestMoment(guild, startOf(at), TURN_SPREAD_MS);
  return turn(nowMs) > nowMs ? turn(nowMs) : turn(nowMs + WEEK_MS);
};

/** When who leads a guild is told of a week: on the Monday after it, in the morning of his zone. */
export const weekMoment = (player: string, week: string, zone: string): number => {
  const wall = Date.parse(`${week}T00:00:00Z`) + DAY_MS + MORNING_HOUR * HOUR_MS;
  const near = wall - offsetAt(zone, wall).offsetMs;
  return digestMoment(player, wall - offsetAt(zone, near).offsetMs, MORNING_MS);
};

const startOf = (nowMs: number): number => FIRST_MS + Math.floor((nowMs - FIRST_MS) / WEEK_MS) * WEEK_MS;
