import * as z from "zod";
import { localisedSchema } from "../card.ts";
import { itemIdSchema } from "../entry.ts";
import { itemsSchema } from "./ranking.ts";

/** Modes of the studio's own, built-in ones it has replaced included. */
export const MOST_WAR_MODES = 50;
/** Most fighters of a side. */
export const MOST_FIGHTERS = 500;

export const warModeIdSchema = itemIdSchema;
export type WarModeId = z.infer<typeof warModeIdSchema>;

const pointsSchema = z.int().min(1).max(1_000_000_000_000);

/** What an outcome is worth. Items are told to the game as events; points are in the books by then. */
const warRewardSchema = z.strictObject({
  /** For the guild itself; `season`: whether they count in the season that runs. */
  guild: z.strictObject({ points: pointsSchema, season: z.boolean().default(true) }).optional(),
  /** For each fighter with at least so many battles that counted. */
  members: z
    .strictObject({
      points: pointsSchema.optional(),
      items: itemsSchema.optional(),
      least: z.int().min(1).max(100).default(1),
    })
    .optional(),
});
export type WarReward = z.infer<typeof warRewardSchema>;

const DAY_MINUTES = 24 * 60;
const minutes = (least: number, most: number, usual: number) => z.int().min(least).max(most).default(usual);

const modeFields = {
  name: localisedSchema,
  /** Whether wars of this mode can be launched; those that run go on. */
  enabled: z.boolean().default(true),
  /** Fighters of a side. `equal`: both bring as many as the side that has fewer. */
  roster: z
    .strictObject({
      least: z.int().min(1).max(MOST_FIGHTERS).default(1),
      most: z.int().min(1).max(MOST_FIGHTERS).default(30),
      equal: z.boolean().default(true),
    })
    .prefault({}),
  /** To challenge or accept, a guild has so many members who are ready and were seen within so many days. */
  activeLeast: z.int().min(1).max(MOST_FIGHTERS).default(1),
  activeDays: z.int().min(1).max(90).default(7),
  /** Battles of each fighter. */
  attempts: z.int().min(1).max(100).default(2),
  /** `evening`: in the first evening both guilds share; `soon`: as soon as it is prepared. */
  start: z.enum(["evening", "soon"]).default("evening"),
  /** Least time from acceptance to the start. */
  preparationMinutes: minutes(0, 14 * DAY_MINUTES, 60),
  /** So long before the start it is settled who fights; not longer than the preparation. */
  lockMinutes: minutes(0, 14 * DAY_MINUTES, 30),
  /** How long it is active. */
  minutes: minutes(1, 14 * DAY_MINUTES, DAY_MINUTES),
  /** It ends also when each side has fought so many battles. */
  battles: z.int().min(1).max(50_000).optional(),
  /** How long a battle may last; a result that comes later is refused. */
  battleMinutes: minutes(1, DAY_MINUTES, 15),
  /** How long after the end results of battles are taken that began before it. */
  graceMinutes: minutes(0, DAY_MINUTES, 15),
  /** `sum`: all battles count; `best`: each fighter's best; `best-of-target`: the best against each target. */
  scoring: z.enum(["sum", "best", "best-of-target"]).default("sum"),
  /** Who wins at equal scores, one after the other; when none tells them apart, nobody does. `earlier`: who reached the score first. */
  tieBreaks: z
    .array(z.enum(["fewer-attempts", "earlier", "more-fighters"]))
    .max(3)
    .default(["earlier"]),
  rewards: z
    .strictObject({
      win: warRewardSchema.default({}),
      draw: warRewardSchema.default({}),
      loss: warRewardSchema.default({}),
    })
    .prefault({}),
  /** Whether a fighter who has left his guild before the settlement is rewarded all the same. His battles count, in any case. */
  leavers: z.enum(["keep", "forfeit"]).default("keep"),
  /** Whether the result changes the ratings of the guilds. */
  rated: z.boolean().default(true),
  /** Who joined later than so long before the lock does not fight. */
  joinHours: z
    .int()
    .min(0)
    .max(30 * 24)
    .default(0),
  /** For so long after its end nobody challenges a guild, unless it challenges another itself. */
  protectionHours: z
    .int()
    .min(0)
    .max(30 * 24)
    .default(0),
  /** At most so many wars of two guilds within so many days. */
  rematch: z
    .strictObject({ wars: z.int().min(1).max(100).default(3), days: z.int().min(1).max(90).default(7) })
    .prefault({}),
  /** A challenge that is not answered for so long expires. */
  answerHours: z
    .int()
    .min(1)
    .max(7 * 24)
    .default(24),
};

export const putWarModeSchema = z.strictObject(modeFields);
/** A mode as it was put, with its id. */
export const warModeSchema = z.object({ mode: warModeIdSchema, ...modeFields });
export type WarMode = z.infer<typeof warModeSchema>;
export type PutWarMode = z.infer<typeof putWarModeSchema>;
export const warModeParamsSchema = z.object({ mode: warModeIdSchema });

/** What no mode can be. */
export const wrongWarMode = (mode: PutWarMode): string | undefined => {
  if (mode.roster.least > mode.roster.most) return "roster: least is not above most";
  if (mode.lockMinutes > mode.preparationMinutes) return "lockMinutes: not above preparationMinutes";
  return new Set(mode.tieBreaks).size < mode.tieBreaks.length ? "tieBreaks: each once" : undefined;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The times of a mode, in ms. */
export type ModeTimes = Record<
  | "preparationMs"
  | "lockMs"
  | "activeMs"
  | "battleMs"
  | "graceMs"
  | "answerMs"
  | "protectionMs"
  | "joinMs"
  | "seenMs"
  | "rematchMs",
  number
>;

/** `seenMs`: within which a member must have been seen to be active; `rematchMs`: within which `rematch.wars` are counted. */
export const modeTimes = (mode: PutWarMode): ModeTimes => ({
  preparationMs: mode.preparationMinutes * MINUTE_MS,
  lockMs: mode.lockMinutes * MINUTE_MS,
  activeMs: mode.minutes * MINUTE_MS,
  battleMs: mode.battleMinutes * MINUTE_MS,
  graceMs: mode.graceMinutes * MINUTE_MS,
  answerMs: mode.answerHours * HOUR_MS,
  protectionMs: mode.protectionHours * HOUR_MS,
  joinMs: mode.joinHours * HOUR_MS,
  seenMs: mode.activeDays * DAY_MS,
  rematchMs: mode.rematch.days * DAY_MS,
});

export const warModesSchema = z.object({
  modes: z.array(
    warModeSchema.extend({
      /** It is Gremio's own, as the studio has left it. */
      builtIn: z.boolean(),
    }),
  ),
});
