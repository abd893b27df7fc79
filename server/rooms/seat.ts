import { z } from "zod";
import { playerIdSchema } from "../../shared/id.ts";

/** What joining has found out about a player, kept with his reserved seat. */
export const seatSchema = z.object({
  player: playerIdSchema,
  number: z.int(),
  tokenExpiresAtMs: z.int(),
  protocol: z.int(),
});
export type Seat = z.infer<typeof seatSchema>;
