import { z } from "zod";
import { channelIdSchema } from "../../shared/id.ts";

const warIdSchema = z.string().regex(/^w[a-z0-9]{23}$/);

/**
 * What must hold when a notice is pushed, looked at anew each time it is decided about. `war-fighter`: he fights in that war. `war-active`: it is being fought.
 * `war-attempts-left`: he fights in it, it is not over, and he has attempts left. `team-invited`: he is invited into that team, of which he is no member.
 */
export const noticeConditionSchema = z.union([
  z.object({ type: z.enum(["war-attempts-left", "war-active", "war-fighter"]), war: warIdSchema }),
  z.object({ type: z.literal("team-invited"), team: channelIdSchema }),
]);
export type NoticeCondition = z.infer<typeof noticeConditionSchema>;
