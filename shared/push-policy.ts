import * as z from "zod";
import { importanceSchema, noticeKindSchema } from "./notice-kind.ts";
import { quietHoursSchema } from "./quiet-hours.ts";

/**
 * What a studio has decided about the pushes of its game. `importance`: of kinds that are to be more or less than by default. `through`: kinds that disturb in quiet hours, too.
 * `quietHours`: of players who have set none. `perHour`, `perDay`: so many pushes by themselves a player gets at most, urgent ones not counted; what is over is left to digests.
 * `digestsPerDay`: 0 means none.
 */
export const pushPolicySchema = z.object({
  importance: z.partialRecord(noticeKindSchema, importanceSchema).default({}),
  through: z.array(noticeKindSchema).max(noticeKindSchema.options.length).default([]),
  quietHours: quietHoursSchema.nullable().default(null),
  perHour: z.int().min(1).max(60).default(10),
  perDay: z.int().min(1).max(500).default(24),
  digestsPerDay: z.int().min(0).max(24).default(1),
});
export type PushPolicy = z.infer<typeof pushPolicySchema>;

/** A policy as the studio puts it: whole, what is left out has its default, and what is not known is refused. */
export const putPushPolicySchema = pushPolicySchema
  .strict()
  .refine(({ perHour, perDay }) => perHour <= perDay, { path: ["perHour"], error: "not more than perDay" });
