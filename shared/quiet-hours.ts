import * as z from "zod";

const clockTimeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "HH:MM, 00:00 to 23:59");

/** A time of every day in which only what was let through disturbs; over midnight when `to` is before `from`. In the player's own zone. */
export const quietHoursSchema = z
  .strictObject({ from: clockTimeSchema, to: clockTimeSchema })
  .refine(({ from, to }) => from !== to, "from and to must differ");
export type QuietHours = z.infer<typeof quietHoursSchema>;
