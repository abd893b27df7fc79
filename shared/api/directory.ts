import * as z from "zod";
import { localisedSchema } from "../card.ts";
import { itemIdSchema } from "../entry.ts";
import { guildIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { joinModeSchema } from "../join-mode.ts";
import { LIMITS } from "../limits.ts";
import { localeSchema } from "../locale.ts";
import { cleanNameSchema, putMemberAnswerSchema } from "./guild.ts";
import { guildFactsSchema } from "./guild-facts.ts";

/** Where people are, in a code of the studio's choice: a country (`MX`), or a wider one (`latam`). Case does not count. */
export const regionSchema = z.string().regex(/^[A-Za-z0-9-]{2,12}$/, "2 to 12 characters of A-Z a-z 0-9 -");

export const DIRECTORY_KINDS = ["guild", "circle"] as const;
export type DirectoryKind = (typeof DIRECTORY_KINDS)[number];

/** In a query numbers come as text. */
const numberSchema = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** Every filter that is given must hold. Without any, the most active come first. */
export const searchDirectorySchema = z.strictObject({
  kind: z.enum(DIRECTORY_KINDS).default("guild"),
  /** How the name, or a word of it, begins; case and accents do not count. */
  name: z.string().trim().min(1).max(32).optional(),
  tag: z.string().trim().min(1).max(6).optional(),
  language: localeSchema.optional(),
  region: regionSchema.optional(),
  topic: itemIdSchema.optional(),
  /** At least so many free places. */
  free: numberSchema(1, LIMITS.groupMembers).optional(),
  /** At least so many messages in about the last seven days. */
  active: numberSchema(1, 1_000_000).optional(),
  joinMode: joinModeSchema.optional(),
  /** Only what a player of this level may join. */
  level: numberSchema(0, 1_000_000).optional(),
  /** At least this level of the guild itself. */
  guildLevel: numberSchema(1, 1_000).optional(),
  limit: numberSchema(1, 50).default(20),
  /** `next` of the last answer, with the same filters. */
  cursor: z.string().min(1).max(400).optional(),
});
export type SearchDirectory = z.infer<typeof searchDirectorySchema>;

/** A guild or circle as the directory shows it: as it was some seconds ago, its activity up to an hour. */
export const listingSchema = z.object({
  kind: z.enum(DIRECTORY_KINDS),
  id: guildIdSchema,
  name: z.string(),
  tag: z.string(),
  motto: z.string(),
  emblem: z.string(),
  /** Absent: every language. */
  language: localeSchema.optional(),
  region: z.string().optional(),
  topics: z.array(z.string()),
  level: z.int(),
  minLevel: z.int(),
  joinMode: joinModeSchema,
  members: z.int(),
  capacity: z.int(),
  createdAt: z.int(),
  activity: z.object({
    /** In about the last seven days. */
    messages: z.int(),
    /** Members seen in the last seven days. */
    seen: z.int(),
    /** Members who joined in about the last seven days. */
    newcomers: z.int(),
  }),
});
export type Listing = z.infer<typeof listingSchema>;

export const searchAnswerSchema = z.object({
  results: z.array(listingSchema),
  /** Leads on; absent at the end. A page may hold fewer than asked for, even none, and still lead on: what one request looks at is bounded. */
  next: z.string().optional(),
});

export const FIT_REASONS = [
  "same-language-and-region",
  "same-language",
  "active-at-your-hours",
  "fits-your-level",
  "growing",
  "welcomes-newcomers",
  "active",
  "has-room",
] as const;
export type FitReason = (typeof FIT_REASONS)[number];

const reasonSchema = z.object({ code: z.enum(FIT_REASONS), text: localisedSchema });

const seekerFields = {
  player: playerIdSchema,
  /** Left out, the profile tells. */
  language: localeSchema.optional(),
  /** Left out, the profile's time zone tells. */
  region: regionSchema.optional(),
};
export const suggestGuildsSchema = z.strictObject({ ...seekerFields, limit: numberSchema(3, 10).default(5) });
export const suggestAnswerSchema = z.object({
  suggestions: z.array(z.object({ guild: listingSchema, reason: reasonSchema, also: z.array(z.enum(FIT_REASONS)) })),
});

export const quickJoinSchema = z.strictObject({ ...seekerFields, nonce: nonceSchema });
export const quickJoinAnswerSchema = z.object({
  /** `pending`: no open guild takes him; this one was asked, and he will be told (`answered`). */
  state: z.enum(["member", "pending"]),
  guild: guildIdSchema,
  name: z.string(),
  /** The newcomer's number in the guild's channel, once he is a member. */
  number: z.int().optional(),
  reason: reasonSchema,
});

export const CIRCLE_PRESETS = ["world", "recruitment"] as const;
export type CirclePreset = (typeof CIRCLE_PRESETS)[number];

export const circleParamsSchema = z.object({ circle: guildIdSchema });
export const circleMemberParamsSchema = z.object({ circle: guildIdSchema, player: playerIdSchema });

/** `circle`: where he is a member now; of a preset the one that had a place. */
export const joinedCircleSchema = putMemberAnswerSchema.extend({ circle: guildIdSchema });

const circleFacts = {
  name: cleanNameSchema,
  description: guildFactsSchema.shape.motto,
  /** What it is about, by which it is found. */
  topic: itemIdSchema.or(z.literal("")).optional(),
  /** Only players of this language join. */
  language: localeSchema.or(z.literal("")).optional(),
  region: regionSchema.or(z.literal("")).optional(),
  /** Only players of this level join. */
  minLevel: z.int().min(0).max(1_000_000).optional(),
};
export const createCircleSchema = z.strictObject({
  id: guildIdSchema,
  ...circleFacts,
  capacity: z.int().min(2).max(LIMITS.groupMembers).default(1_000),
  /** Its leader: a player who founds it himself, or whom the game's backend names. */
  player: playerIdSchema.optional(),
});
/** What is left out stays; an empty text takes a fact away. */
export const changeCircleSchema = z.strictObject({
  ...circleFacts,
  name: cleanNameSchema.optional(),
  capacity: z.int().min(2).max(LIMITS.groupMembers).optional(),
});
/** As it is now; `motto` is its description. */
export const circleSchema = listingSchema.omit({ activity: true });
