import * as z from "zod";
import { guildIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { teamCodeSchema } from "../invitation.ts";
import { LIMITS } from "../limits.ts";
import { localeSchema } from "../locale.ts";
import { rankSchema } from "../rank.ts";
import { plainLineSchema } from "./guild-facts.ts";
import { reasonSchema } from "./moderation.ts";

/** Of the team itself; its channel is `team:<id>`. Gremio makes them: letters and digits, hard to guess. */
export const teamIdSchema = guildIdSchema;
export const teamParamsSchema = z.object({ team: teamIdSchema });
export const teamMemberParamsSchema = z.object({ team: teamIdSchema, player: playerIdSchema });

/** Whose members may drop in without an invitation; null: nobody's. */
export const openSchema = z
  .union([z.strictObject({ guild: guildIdSchema }), z.strictObject({ circle: guildIdSchema })])
  .nullable();
export type Open = z.infer<typeof openSchema>;

/** What a member is in the team, as the game names it: `tank`, `support`, `mid`. Empty: nothing in particular. */
const roleSchema = plainLineSchema(0, 24);
const matchSchema = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . : -");
const warSchema = z.string().regex(/^w[a-z0-9]{23}$/, "the id of a war");
const NONE = z.literal("");

const factsSchema = z.strictObject({
  name: plainLineSchema(1, 32).optional(),
  /** What it is about, for those who look for one. */
  topic: plainLineSchema(0, 80).optional(),
  language: localeSchema.or(NONE).optional(),
  open: openSchema.optional(),
  capacity: z.int().min(2).max(LIMITS.teamMembers).optional(),
  /** Members set their own roles. */
  selfRoles: z.boolean().optional(),
});
/** September 2001: what is less was meant as seconds, and would end a team at once. */
const LEAST_EPOCH_MS = 1_000_000_000_000;
/** What the team is for; the game's backend alone says it. */
const purposeSchema = z.strictObject({
  /** The game's own id of a match; empty: none. */
  match: matchSchema.or(NONE).optional(),
  war: warSchema.or(NONE).optional(),
  /** When the match is expected to be over, in epoch ms; the team ends some minutes later. 0: it is not known. */
  endsAt: z
    .int()
    .min(0)
    .refine((at) => at === 0 || at >= LEAST_EPOCH_MS, "milliseconds since 1970, or 0")
    .optional(),
});

export const createTeamSchema = factsSchema.extend(purposeSchema.shape).extend({
  /** The same again, of the same caller, gives the same team. */
  nonce: nonceSchema,
  /** Who makes it, and leads it. Left out, the game's backend does, and the first of `members` leads. */
  player: playerIdSchema.optional(),
  /** Brought in at once, in this order. For the game's backend. */
  members: z
    .array(z.strictObject({ player: playerIdSchema, role: roleSchema.optional() }))
    .max(LIMITS.teamMembers)
    .optional(),
});
/** What is left out stays; an empty text takes a fact away. */
export const changeTeamSchema = factsSchema.extend(purposeSchema.shape).extend({
  /** Of a party: whoever comes speaks, and so do those who listen, but for whom the host has made a listener. */
  everyoneSpeaks: z.boolean().optional(),
});

const memberSchema = z.object({
  player: playerIdSchema,
  /** In the team's channel. */
  number: z.int(),
  name: z.string(),
  rank: rankSchema,
  role: z.string(),
  joinedAt: z.int(),
  /** What he answered to the last readiness check; empty: nothing. Left out: he was not asked. */
  ready: z.enum(["", "yes", "no"]).optional(),
  /** What he is in a party; left out in other teams. */
  speaks: z.enum(["host", "speaker", "listener"]).optional(),
  /** When he raised his hand to speak, in epoch ms. Left out: he has not. */
  hand: z.int().optional(),
});
export const teamSchema = z.object({
  team: teamIdSchema,
  name: z.string(),
  /** Who made it; absent: the game's backend. */
  by: playerIdSchema.optional(),
  createdAt: z.int(),
  capacity: z.int(),
  topic: z.string(),
  language: localeSchema.optional(),
  open: openSchema,
  selfRoles: z.boolean(),
  match: z.string().optional(),
  war: z.string().optional(),
  endsAt: z.int().optional(),
  /** Left out: it is no party. */
  party: z.object({ everyoneSpeaks: z.boolean() }).optional(),
  /** By their numbers. */
  members: z.array(memberSchema),
  /** The last readiness check; it runs as long as it has no result. */
  check: z.object({ id: z.string(), until: z.int(), result: z.enum(["ready", "not-ready"]).optional() }).optional(),
});
export type TeamView = z.infer<typeof teamSchema>;
export const createdTeamSchema = teamSchema.extend({
  /** Of `members` those who could not be brought in, and why. */
  refused: z.array(z.object({ player: playerIdSchema, code: z.string() })),
});

export const joinedTeamSchema = z.object({
  team: teamIdSchema,
  /** His number in the team's channel. */
  number: z.int(),
  /** False: he was a member before. */
  newly: z.boolean(),
});
export const endTeamSchema = teamParamsSchema.extend({ reason: reasonSchema.optional() }).strict();
export const teamRoleSchema = teamMemberParamsSchema.extend({ role: roleSchema }).strict();
export const joinTeamSchema = teamMemberParamsSchema
  .extend({
    /** By the game's backend. */
    role: roleSchema.optional(),
  })
  .strict();

export const teamInvitedSchema = z.object({ endsAt: z.int() });

export const createTeamCodeSchema = teamParamsSchema.extend({
  /** The same again gives the same code. */
  nonce: nonceSchema,
  minutes: z.int().min(1).max(1_440).default(60),
  uses: z.int().min(1).max(LIMITS.teamMembers).default(LIMITS.teamMembers),
});
const shownCodeSchema = z.object({
  code: z.string(),
  /** Who made it; absent: the game's backend. */
  by: playerIdSchema.optional(),
  endsAt: z.int(),
  uses: z.int(),
  /** How many may still use it. */
  left: z.int(),
});
export const teamCodeAnswerSchema = shownCodeSchema;
export const teamCodesSchema = z.object({ codes: z.array(shownCodeSchema) });
export const teamCodeParamsSchema = z.object({ team: teamIdSchema, code: teamCodeSchema });
export const redeemTeamCodeSchema = z.strictObject({ player: playerIdSchema, code: teamCodeSchema });

export const startCheckSchema = teamParamsSchema.extend({
  /** Becomes the id of the check. */
  nonce: nonceSchema,
  seconds: z.int().min(5).max(300).default(30),
});
export const startedCheckSchema = z.object({ check: z.string(), until: z.int() });
export const answerCheckSchema = teamMemberParamsSchema.extend({ check: nonceSchema, ready: z.boolean() });
