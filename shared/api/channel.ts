import * as z from "zod";
import { channelIdSchema, playerIdSchema } from "../id.ts";
import { LIMITS } from "../limits.ts";
import { ownChannelSchema } from "../protocol.ts";
import { rankSchema } from "../rank.ts";
import { cleanNameSchema } from "./guild.ts";

/** Teams and circles; guilds have routes of their own. */
const groupIdSchema = channelIdSchema.refine((channel) => !channel.startsWith("guild:"), "team: or circle:");
export const groupParamsSchema = z.object({ channel: groupIdSchema });
export const groupMemberParamsSchema = z.object({ channel: groupIdSchema, player: playerIdSchema });

export const putGroupSchema = z.strictObject({
  name: cleanNameSchema,
  /** Most members; fixed when the channel is made. */
  capacity: z.int().min(1).max(LIMITS.groupMembers).default(100),
});
export const groupSchema = z.object({
  channel: channelIdSchema,
  name: z.string(),
  capacity: z.int(),
  createdAt: z.int(),
  members: z.array(z.object({ player: playerIdSchema, number: z.int(), rank: rankSchema, joinedAt: z.int() })),
});
export const putGroupMemberSchema = z.strictObject({ rank: rankSchema.default("member") });

export const ownChannelsSchema = z.object({ channels: z.array(ownChannelSchema) });
