import * as z from "zod";
import { guildIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { codeSchema } from "../invitation.ts";
import { LIMITS } from "../limits.ts";
import { versionedProfileSchema } from "../profile.ts";
import { memberSchema } from "./guild.ts";
import { plainLineSchema } from "./guild-facts.ts";
import { untilSchema } from "./moderation.ts";

/** Said by a player to those who answer him, or by them to him. */
const words = (least: number) => plainLineSchema(least, 200);

export const joinGuildSchema = z.strictObject({
  /** Who joins; a player only himself. */
  player: playerIdSchema,
  /** For those who answer, where they decide. */
  text: words(0).optional(),
});
export const joinedSchema = z.object({
  /** `pending`: he has asked, and is told what came of it. */
  state: z.enum(["member", "pending"]),
  guild: guildIdSchema,
  /** His number in the guild's channel, when he is a member. */
  number: z.int().optional(),
  /** False: he was one before. */
  newly: z.boolean(),
});

export const answerRequestSchema = z.strictObject({ accept: z.boolean(), reason: words(1).optional() });
export const requestsSchema = z.object({
  /** The oldest first. Times in epoch ms. */
  requests: z.array(
    z.object({
      player: playerIdSchema,
      at: z.int(),
      endsAt: z.int(),
      text: z.string(),
      profile: versionedProfileSchema,
    }),
  ),
});

export const invitedSchema = z.object({ endsAt: z.int() });

const HOUR_MS = 60 * 60 * 1000;
export const createCodeSchema = z.strictObject({
  /** The same again gives the same code. */
  nonce: nonceSchema,
  hours: z.int().min(1).max(720).default(168),
  uses: z.int().min(1).max(1_000).default(10),
});
export const codeLifeMs = ({ hours }: { hours: number }): number => hours * HOUR_MS;
const shownCodeSchema = z.object({
  code: z.string(),
  /** Who made it; absent: the game's backend. */
  by: playerIdSchema.optional(),
  endsAt: z.int(),
  uses: z.int(),
  /** How many may still use it. */
  left: z.int(),
  /** Where the game answers links to codes. */
  link: z.string().optional(),
});
export const createdCodeSchema = shownCodeSchema.extend({
  share: z.object({ "es-419": z.string(), "pt-BR": z.string(), en: z.string() }),
});
export const codesSchema = z.object({ codes: z.array(shownCodeSchema) });
export const codeParamsSchema = z.object({ guild: guildIdSchema, code: codeSchema });
export const redeemCodeSchema = z.strictObject({ code: codeSchema });

export const invitationsSchema = z.object({
  /** The newest first. */
  requests: z.array(
    z.object({
      guild: guildIdSchema,
      name: z.string(),
      at: z.int(),
      endsAt: z.int(),
      state: z.enum(["pending", "accepted", "declined"]),
      reason: z.string().optional(),
    }),
  ),
  invitations: z.array(
    z.object({
      guild: guildIdSchema,
      name: z.string(),
      at: z.int(),
      endsAt: z.int(),
      /** Name of who invited him; absent: the game's backend. */
      by: z.string().optional(),
    }),
  ),
  /** Teams that have invited him, the newest first: he comes by `joinTeam`. */
  teams: z
    .array(
      z.object({
        team: guildIdSchema,
        name: z.string(),
        at: z.int(),
        endsAt: z.int(),
        by: z.string().optional(),
      }),
    )
    .default([]),
});

export const banSchema = z.strictObject({
  reason: words(1).optional(),
  /** In epoch ms; left out: for ever. */
  until: untilSchema.optional(),
});

export const listMembersSchema = z.strictObject({
  /** Members with higher numbers. */
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageEntries).default(100),
});
export const membersSchema = z.object({
  /** By their numbers. May be fewer than `limit`, also when there are more. */
  members: z.array(memberSchema),
  /** What to ask `after` next; absent: there are no more. */
  next: z.int().optional(),
});
