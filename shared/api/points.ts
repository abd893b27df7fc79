import * as z from "zod";
import { playerIdSchema } from "../id.ts";

/** The caller's own id of a movement. */
const movementKeySchema = z.string().regex(/^[A-Za-z0-9_.:|-]{1,128}$/, "1 to 128 characters of A-Z a-z 0-9 _ . : | -");

const reasonSchema = z.string().min(1).max(200);

const movement = {
  key: movementKeySchema,
  /** Negative takes points away. */
  amount: z.int().refine((amount) => amount !== 0, "a whole number other than 0"),
  /** For the game's own records. */
  reason: reasonSchema,
  /** When it arose, in ms: then its key is paid once for ever, since what arose more than 90 days ago is refused. */
  at: z.int().min(0).optional(),
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

/** Where a page of a book ended. */
const placeSchema = z
  .string()
  .regex(/^\d{1,16}-\d{1,16}(@\d{1,16}-\d{1,16}-[0-9a-f]{16})?$/, "`next` of the page before");

export const pageQuerySchema = z.strictObject({
  /** `next` of the page before; left out: from the newest entry. */
  before: placeSchema.optional(),
  /** Most entries, 1 to 100. */
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

const bookEntrySchema = z.object({
  entry: z.string(),
  at: z.int(),
  /** Of movements that others led to (a reversal, a transfer) it begins with `~`. */
  key: z.string(),
  amount: z.int(),
  /** What the book held after it. */
  balance: z.int(),
  reason: z.string(),
  member: z.string().optional(),
  /** The key of the movement it takes back. */
  reverses: z.string().optional(),
  /** The other book of a transfer: `guild:` or `player:` and an id. */
  counterpart: z.string().optional(),
});

export const bookPageSchema = z.object({
  /** The newest first. */
  entries: z.array(bookEntrySchema),
  /** For the next page; null after the first entry ever made. */
  next: z.string().nullable(),
});

export const reversalSchema = z.strictObject({
  /** Of the movement to take back. */
  key: movementKeySchema,
  reason: reasonSchema,
  /** Take what is left when the book holds less. */
  partial: z.boolean().default(false),
});
