import { z } from "zod";
import type { Order, OrderId } from "../../shared/api/reward.ts";
import { GremioError } from "../../shared/errors.ts";
import { type Book, ownerOf } from "../points/book.ts";
import { parsedJson } from "../redis/parsed-json.ts";

const whole = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number);

/** An order as reward.lua writes it. */
const rowSchema = z.object({
  n: whole,
  reward: z.string(),
  by: z.string(),
  price: whole,
  contents: z.array(z.object({ item: z.string(), amount: z.int() })),
  at: whole,
  entry: z.string(),
  unit: z.string(),
  delivered: whole.optional(),
  refunded: whole.optional(),
});
export type OrderRow = z.infer<typeof rowSchema>;

export const readOrderRow = (text: string): OrderRow => rowSchema.parse(parsedJson(text));

export const orderIdOf = (book: Book, key: string): OrderId => `${ownerOf(book)}:${key}`;

/** Whose order it is, and his key. */
export const placeOfOrder = (order: OrderId): { book: Book; key: string } => {
  const [kind, id = "", key] = order.split(":");
  if (key === undefined) throw new GremioError("order-not-found");
  return { book: kind === "guild" ? { guild: id } : { player: id }, key };
};

export const orderOf = (book: Book, key: string, row: OrderRow): Order => ({
  order: orderIdOf(book, key),
  reward: row.reward,
  ...("guild" in book ? { guild: book.guild, ...(row.by !== "" && { player: row.by }) } : { player: book.player }),
  price: row.price,
  contents: row.contents,
  at: row.at,
  entry: row.entry,
  ...(row.delivered !== undefined && { deliveredAt: row.delivered }),
  ...(row.refunded !== undefined && { refundedAt: row.refunded }),
});
