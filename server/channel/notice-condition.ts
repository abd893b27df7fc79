import { z } from "zod";
import { channelIdSchema } from "../../shared/id.ts";

const warIdSchema = z.string().regex(/^w[a-z0-9]{23}$/);

const warConditionSchema = z.object({
  type: z.enum(["war-attempts-left", "war-active", "war-fighter"]),
  war: warIdSchema,
});

/**
 * What must hold when a notice is pushed, looked at anew each time it is decided about. `war-fighter`: he fights in that war. `war-active`: it is being fought.
 * `war-attempts-left`: he fights in it, it is not over, and he has attempts left. `team-invited`, `guild-invited`: he is invited into that team or guild, of which he is
 * no member. `request-open`: that player still asks to be let into that guild. `broadcast`: it was not
 * cancelled.
 */
export const noticeConditionSchema = z.union([
  warConditionSchema,
  z.object({ type: z.literal("team-invited"), team: channelIdSchema }),
  z.object({ type: z.literal("guild-invited"), guild: channelIdSchema }),
  z.object({ type: z.literal("request-open"), guild: channelIdSchema, player: z.string() }),
  z.object({ type: z.literal("broadcast"), broadcast: z.string() }),
]);
export type NoticeCondition = z.infer<typeof noticeConditionSchema>;
export type WarCondition = z.infer<typeof warConditionSchema>;
