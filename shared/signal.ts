import * as z from "zod";
import { itemIdSchema } from "./entry.ts";

/** Where on the map, as the game counts. */
const coordinate = z.number().min(-1e9).max(1e9);

/**
 * Something for those who are there at this moment. It is written nowhere: of one member and kind the newest counts, and any may be lost.
 * `typing`: he writes (say it every 3 s while it is so, and show it for 6); `emote`: a picture of a pack he owns; `ping`: a place on the map.
 */
export const signalSchema = z.discriminatedUnion("signal", [
  z.object({ signal: z.literal("typing") }),
  z.object({ signal: z.literal("emote"), pack: itemIdSchema, emote: itemIdSchema }),
  z.object({ signal: z.literal("ping"), x: coordinate, y: coordinate, mark: itemIdSchema.optional() }),
]);
export type Signal = z.infer<typeof signalSchema>;

/** `[from, signal]`, `from` being a member's number. */
export const signalMessageSchema = z
  .tuple([z.int().min(1), signalSchema])
  .transform(([from, signal]) => ({ from, signal }));
export type SignalMessage = z.infer<typeof signalMessageSchema>;
