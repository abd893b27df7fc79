import * as z from "zod";
import { createGuildSchema } from "./api/guild.ts";
import { guildIdSchema, playerIdSchema } from "./id.ts";
import { LIMITS } from "./limits.ts";
import { profileSchema } from "./profile.ts";
import { rankSchema } from "./rank.ts";

/** Longest line of a file that is imported, in bytes. */
export const IMPORT_LINE_BYTES = 16 * 1024;

const pointsSchema = z.int().min(0);
/** An ISO 8601 date and time with its offset, or ms since 1970; read as ms. */
const timeSchema = z.union([z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)), z.int().min(0)]);

/** A player and what his book held. Without a profile he must be known already. */
const importPlayerSchema = z.strictObject({
  type: z.literal("player"),
  id: playerIdSchema,
  profile: z.strictObject(profileSchema.shape).optional(),
  balance: pointsSchema.default(0),
});
export type ImportPlayer = z.infer<typeof importPlayerSchema>;

/** A guild and what its treasury held. Its leader is a member, also without a line of his own. */
const importGuildSchema = z
  .strictObject({
    ...createGuildSchema.shape,
    type: z.literal("guild"),
    capacity: z.int().min(1).max(LIMITS.guildCapacity).optional(),
    balance: pointsSchema.default(0),
    /** All points that ever came in, by which levels and rankings go; without it, what the treasury held. */
    earned: pointsSchema.optional(),
    createdAt: timeSchema.optional(),
  })
  .refine(({ balance, earned = balance }) => earned >= balance, { path: ["earned"], error: "at least the balance" });
export type ImportGuild = z.infer<typeof importGuildSchema>;

/** A member of a guild. What he had brought is counted as his; it is no part of the treasury beyond the guild's balance. */
const importMemberSchema = z.strictObject({
  type: z.literal("member"),
  guild: guildIdSchema,
  player: playerIdSchema,
  rank: rankSchema.default("member"),
  contribution: pointsSchema.default(0),
  joinedAt: timeSchema.optional(),
  lastSeen: timeSchema.optional(),
});
export type ImportMember = z.infer<typeof importMemberSchema>;

/** A line of a file that is imported (`npm run import`). */
export const importLineSchema = z.discriminatedUnion("type", [
  importPlayerSchema,
  importGuildSchema,
  importMemberSchema,
]);
export type ImportLine = z.infer<typeof importLineSchema>;
