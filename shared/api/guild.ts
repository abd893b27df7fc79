import * as z from "zod";
import { guildIdSchema, playerIdSchema } from "../id.ts";
import { firstRankSchema, joinModeSchema, joinRulesSchema } from "../join-mode.ts";
import { LIMITS } from "../limits.ts";
import { looksLikeEmail, looksLikePhone } from "../personal.ts";
import { versionedProfileSchema } from "../profile.ts";
import { permissionSchema, rankSchema } from "../rank.ts";
import { guildFactsSchema, shownFactsSchema } from "./guild-facts.ts";
import { reasonSchema } from "./moderation.ts";

const visible = (text: string): boolean => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);

/** A name the studio gives to what others see. */
export const cleanNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(32, { abort: true })
  .refine(visible, "visible characters only")
  .refine((name) => !looksLikeEmail(name) && !looksLikePhone(name), "a name, no e-mail address or phone number");
const guildTagSchema = z.string().regex(/^[\p{L}\p{N}]{2,6}$/u, "2 to 6 letters or digits");

export const guildParamsSchema = z.object({ guild: guildIdSchema });
export const memberParamsSchema = z.object({ guild: guildIdSchema, player: playerIdSchema });

export const createGuildSchema = z.strictObject({
  id: guildIdSchema,
  name: cleanNameSchema,
  tag: guildTagSchema,
  /** The first member. */
  leader: playerIdSchema,
  ...guildFactsSchema.shape,
  ...joinRulesSchema.shape,
});

/** What is left out stays as it is. */
export const changeGuildSchema = z.strictObject({
  name: cleanNameSchema.optional(),
  tag: guildTagSchema.optional(),
  ...guildFactsSchema.shape,
  ...joinRulesSchema.shape,
  /** Only by the game's backend. Who is a member stays one. */
  capacity: z.int().min(1).max(LIMITS.guildCapacity).optional(),
});

export const memberSchema = z.object({
  player: playerIdSchema,
  /** The member's number in the guild's channel. */
  number: z.int(),
  rank: rankSchema,
  /** In epoch ms. */
  joinedAt: z.int(),
  points: z.int(),
  online: z.boolean(),
  /** Expected end, in epoch ms, of the match he is in; absent: he is in none. */
  matchUntil: z.int().optional(),
  /** When a session of his last began or ended, in epoch ms; absent: never while he was a member. */
  seenAt: z.int().optional(),
  /** Who had invited him, if he is a member by that. */
  invitedBy: playerIdSchema.optional(),
  profile: versionedProfileSchema,
});

export const guildSchema = z.object({
  id: guildIdSchema,
  version: z.int(),
  name: z.string(),
  tag: z.string(),
  capacity: z.int(),
  createdAt: z.int(),
  points: z.int(),
  onlineCount: z.int(),
  ...shownFactsSchema.shape,
  level: z.int(),
  /** Points that ever came in, by which the level rises. */
  earned: z.int(),
  seasonPoints: z.int(),
  /** When the newest mail was written, in epoch ms; 0: there is none. */
  mailAt: z.int(),
  /** When the guild ends, in epoch ms; 0: it goes on. */
  disbandsAt: z.int(),
  /** Requests to be let in that wait for an answer; for members, and the game's backend. */
  requests: z.int().optional(),
  joinMode: joinModeSchema,
  minLevel: z.int(),
  firstRank: firstRankSchema,
  memberCount: z.int(),
  /** Of more than 200 the leader, officers, then the first by number; all by `listMembers`. */
  members: z.array(memberSchema),
});

/** Without a rank a newcomer becomes `member`, and a member stays what he is. */
export const putMemberSchema = z.strictObject({ rank: rankSchema.optional() });
export const putMemberAnswerSchema = z.object({ player: playerIdSchema, number: z.int(), newly: z.boolean() });
export const removeMemberQuerySchema = z.strictObject({
  how: z.enum(["left", "kicked"]).default("left"),
  /** Why; needed to kick. */
  reason: reasonSchema.optional(),
});
const ranksSchema = z.array(rankSchema).max(4);
/** Each permission with the ranks that have it; the leader always has it. */
export const permissionsSchema = z.strictObject({ permissions: z.record(permissionSchema, ranksSchema) });
export const setPermissionsSchema = z.strictObject({ permissions: z.partialRecord(permissionSchema, ranksSchema) });
