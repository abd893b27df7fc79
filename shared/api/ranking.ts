import * as z from "zod";
import { localisedSchema } from "../card.ts";
import { itemIdSchema } from "../entry.ts";
import { guildIdSchema, playerIdSchema } from "../id.ts";
import { localeSchema } from "../locale.ts";
import { regionSchema } from "./directory.ts";

/** The result of a season keeps so many guilds, place by place; each guild keeps its own rank besides. */
export const RESULT_PLACES = 10_000;
const MOST_BRACKETS = 50;
const LONGEST_SEASON_MS = 400 * 86_400_000;

/** Not `current` or `ever`, which ask for the one that is running and for all time. */
export const seasonIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/, "1 to 40 characters of A-Z a-z 0-9 _ -")
  .refine((id) => id !== "current" && id !== "ever", "current and ever are not ids of seasons");
export type SeasonId = string;

/** Which points are meant: of the season that is running, of all time, or of a season by its id. */
const whichSchema = z.union([z.enum(["current", "ever"]), seasonIdSchema]).default("current");

const pointsSchema = z.int().min(1).max(1_000_000_000_000);
export const itemsSchema = z
  .array(z.strictObject({ item: itemIdSchema, count: z.int().min(1).max(1_000_000) }))
  .min(1)
  .max(20);

/** What a rank is worth. Items are told to the game as events `season-reward`; points are in the books by then. */
export const rewardSchema = z.strictObject({
  /** For the guild itself. */
  guild: z.strictObject({ points: pointsSchema.optional(), items: itemsSchema.optional() }).optional(),
  /** For each member, when the season ended, who had brought at least so many points in it. */
  members: z
    .strictObject({ least: z.int().min(1).default(1), points: pointsSchema.optional(), items: itemsSchema.optional() })
    .optional(),
});
export type SeasonReward = z.infer<typeof rewardSchema>;

const bracketSchema = z
  .strictObject({ from: z.int().min(1), to: z.int().min(1), reward: rewardSchema })
  .refine(({ from, to }) => from <= to, "to is not below from");

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

const seasonFields = {
  /** `{number}` stands for the number its id ends in; 1 when it ends in none. */
  names: localisedSchema,
  /** In epoch ms, by the clock of Redis. */
  startsAt: z.int().min(0),
  /** The first moment that is not part of it. */
  endsAt: z.int().min(0),
  /** By rank; guilds that share a rank share its reward. None overlaps another. */
  brackets: z.array(bracketSchema).max(MOST_BRACKETS).default([]),
  /**
   * When it ends the next one begins, with the next number in its id and the same brackets, and ends a month later at the same local time of this zone. It is planned
   * as soon as this one begins.
   */
  repeat: z
    .strictObject({
      every: z.literal("month"),
      zone: z.string().max(64).refine(isZone, "an IANA time zone"),
      /** When the first of them ended: months are counted from there. Left out: this one is the first. */
      anchor: z.int().min(0).optional(),
    })
    .optional(),
};

export const putSeasonSchema = z
  .strictObject({ season: seasonIdSchema, ...seasonFields })
  .superRefine((asked, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
    if (asked.endsAt <= asked.startsAt) refuse("endsAt", "after startsAt");
    if (asked.endsAt - asked.startsAt > LONGEST_SEASON_MS) refuse("endsAt", "at most 400 days after startsAt");
    if (asked.repeat !== undefined && !/\d{1,9}$/.test(asked.season))
      refuse("season", "ends in a number, if it repeats");
    const sorted = asked.brackets.toSorted((one, other) => one.from - other.from);
    if (sorted.some(({ from }, index) => from <= (sorted[index - 1]?.to ?? 0)))
      refuse("brackets", "none overlaps another");
  });
export type PutSeason = z.infer<typeof putSeasonSchema>;

export const SEASON_STATES = ["planned", "running", "closing", "ranked", "paying", "closed"] as const;

export const seasonSchema = z.object({
  season: seasonIdSchema,
  ...seasonFields,
  state: z.enum(SEASON_STATES),
  /** While it is closed, and after. */
  progress: z
    .object({
      /** Of 256 parts of the data, how many have been fenced: nothing changes in them any more. */
      fenced: z.int(),
      /** Guilds with points, so far. */
      guilds: z.int(),
      /** Places whose guilds and members have been rewarded. A last pass looks whether everything is there, and counts anew. */
      rewarded: z.int(),
      /** Which pass it is, from 1. */
      pass: z.int(),
    })
    .optional(),
});
export type Season = z.infer<typeof seasonSchema>;
export const seasonsSchema = z.object({ seasons: z.array(seasonSchema) });

const number = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const where = {
  season: whichSchema,
  /** Only guilds of this region, of this language, or of both. */
  region: regionSchema.optional(),
  language: localeSchema.optional(),
};
export const rankingQuerySchema = z.strictObject({
  ...where,
  /** How many places are passed over. */
  offset: number(0, 100_000_000).default(0),
  limit: number(1, 100).default(50),
});
export const aroundQuerySchema = z.strictObject({
  guild: guildIdSchema,
  ...where,
  /** How many above it, and how many below. */
  limit: number(0, 50).default(5),
});
export type RankingQuery = z.infer<typeof rankingQuerySchema>;
export type AroundQuery = z.infer<typeof aroundQuerySchema>;

export const rankedGuildSchema = z.object({
  guild: guildIdSchema,
  /** As it is called now; of a guild that is no more, as it was called when the season closed. */
  name: z.string(),
  tag: z.string(),
  points: z.int(),
  /** Equal points share a rank: 1, 2, 2, 4. */
  rank: z.int(),
});
const rankingFields = {
  /** Of the season; null: of all time. */
  season: seasonIdSchema.nullable(),
  /** Guilds with points; of a closed season by region or language at most 10,000. */
  total: z.int(),
  rows: z.array(rankedGuildSchema),
};
/** Running rankings are some seconds behind; that of a season that is being closed is settled when it is `closed`. */
export const rankingSchema = z.object({
  ...rankingFields,
  /** The next `offset`; null at the end. */
  next: z.int().nullable(),
});
export const aroundSchema = z.object({
  ...rankingFields,
  /** Null: the guild has no points there. */
  own: z.object({ points: z.int(), rank: z.int() }).nullable(),
});

export const contributionsQuerySchema = z.strictObject({
  guild: guildIdSchema,
  season: whichSchema,
  offset: number(0, 1_000_000).default(0),
  limit: number(1, 200).default(100),
});
export type ContributionsQuery = z.infer<typeof contributionsQuerySchema>;
const contributorSchema = z.object({ player: playerIdSchema, name: z.string(), points: z.int(), rank: z.int() });
export const contributionsSchema = z.object({
  season: seasonIdSchema.nullable(),
  total: z.int(),
  /** Members; of a season that is over everybody who had brought something. */
  rows: z.array(contributorSchema),
  /** The caller's own row, wherever it is; null for the game's backend, and for who is not among them. */
  own: contributorSchema.nullable(),
  next: z.int().nullable(),
});
