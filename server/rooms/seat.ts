import { z } from "zod";
import { itemIdSchema } from "../../shared/entry.ts";
import { playerIdSchema } from "../../shared/id.ts";

/** What joining has found out about a player, kept with his reserved seat. */
export const seatSchema = z.object({
  player: playerIdSchema,
  number: z.int(),
  tokenExpiresAtMs: z.int(),
  protocol: z.int(),
  /** Packs of stickers his token says he owns. */
  packs: z.array(itemIdSchema),
});
export type Seat = z.infer<typeof seatSchema>;
