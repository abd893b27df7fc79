import { z } from "zod";

const warIdSchema = z.string().regex(/^w[a-z0-9]{23}$/);

/**
 * What must hold when a notice is pushed, looked at anew each time it is decided about. `war-fighter`: he fights in that war. `war-active`: it is being fought.
 * `war-attempts-left`: he fights in it, it is not over, and he has attempts left.
 */
export const noticeConditionSchema = z.object({
  type: z.enum(["war-attempts-left", "war-active", "war-fighter"]),
  war: warIdSchema,
});
export type NoticeCondition = z.infer<typeof noticeConditionSchema>;
