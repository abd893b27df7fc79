import * as z from "zod";
import { playerIdSchema } from "../id.ts";

/** The caller's own id of a movement. */
const movementKeySchema = z.string().regex(/^[A-Za-z0-9_.:|-]{1,128}$/, "1 to 128 characters of A-Z a-z 0-9 _ . : | -");

const movement = {
  key: movementKeySchema,
  /** Negative takes points away. */
  amount: z.int().refine((amount) => amount !== 0, "a whole number other than 0"),
  /** For the game's own records. */
  reason: z.string().min(1).max(200),
};

export const movePlayerPointsSchema = z.strictObject(movement);
export const moveGuildPointsSchema = z.strictObject({
  ...movement,
  /** The member who brought the points. */
  member: playerIdSchema.optional(),
});

export const movedSchema = z.object({
  balance: z.int(),
  /** The movement's id in the book. */
  entry: z.string(),
  /** All that the member has brought; 0 when none was named. */
  contribution: z.int(),
  /** True: this key had moved these points before, and this is that first answer. */
  repeated: z.boolean(),
});

export const balanceSchema = z.object({ balance: z.int() });
