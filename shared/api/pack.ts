import * as z from "zod";
import { itemIdSchema } from "../entry.ts";
import { LIMITS } from "../limits.ts";

/** Packs of stickers a player owns by the API. */
export const packsSchema = z.object({ packs: z.array(itemIdSchema).max(LIMITS.packs) });
export const putPacksSchema = packsSchema.strict();
