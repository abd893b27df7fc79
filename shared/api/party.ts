import * as z from "zod";
import { guildIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { LIMITS } from "../limits.ts";
import { localeSchema } from "../locale.ts";
import { plainLineSchema } from "./guild-facts.ts";
import { openSchema, teamIdSchema, teamMemberParamsSchema } from "./team.ts";

/** What a member of a party is: all hear and read, hosts and speakers speak and write. */
export const PARTY_ROLES = ["host", "speaker", "listener"] as const;
export const partyRoleSchema = z.enum(PARTY_ROLES);
export type PartyRole = z.infer<typeof partyRoleSchema>;

export const createPartySchema = z.strictObject({
  /** The same again, of the same caller, gives the same party. */
  nonce: nonceSchema,
  /** Who makes it, and is its host. */
  player: playerIdSchema,
  /** Whose members may drop in; he is one of them. */
  open: z.union([z.strictObject({ guild: guildIdSchema }), z.strictObject({ circle: guildIdSchema })]),
  name: plainLineSchema(1, 32).optional(),
  topic: plainLineSchema(0, 80).optional(),
  language: localeSchema.optional(),
  capacity: z.int().min(2).max(LIMITS.teamMembers).optional(),
  /** Whoever comes speaks; else he listens until the host lets him. */
  everyoneSpeaks: z.boolean().optional(),
});

export const playerPartiesSchema = z.strictObject({ player: playerIdSchema });
const partyRowSchema = z.object({
  team: teamIdSchema,
  name: z.string(),
  topic: z.string(),
  language: localeSchema.optional(),
  open: openSchema,
  /** An empty player for a moment in which nobody is. */
  host: z.object({ player: z.string(), name: z.string() }),
  count: z.int(),
  capacity: z.int(),
  /** Members with a connection to its room. */
  online: z.int(),
  createdAt: z.int(),
  /** He is a member. */
  in: z.boolean(),
});
export type PartyRow = z.infer<typeof partyRowSchema>;
/** Where most are online first, then where something was said last. */
export const partiesSchema = z.object({ parties: z.array(partyRowSchema) });

export const enteredPartySchema = z.object({
  team: teamIdSchema,
  /** His number in the party's channel. */
  number: z.int(),
  /** False: he was a member before. */
  newly: z.boolean(),
  role: partyRoleSchema,
});
/** `raised` false: he does not ask any more. */
export const askToSpeakSchema = teamMemberParamsSchema.extend({ raised: z.boolean().default(true) }).strict();
export const setPartyRoleSchema = teamMemberParamsSchema.extend({ role: z.enum(["speaker", "listener"]) }).strict();
export const voiceTokenSchema = z.object({
  /** Of the LiveKit server. */
  url: z.string(),
  token: z.string(),
  /** Who he is there: `m` and his number. */
  identity: z.string(),
  role: partyRoleSchema,
  /** Until then one may join with it, in epoch ms; whoever is there stays. */
  until: z.int(),
});
