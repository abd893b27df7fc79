import * as z from "zod";
import { localisedSchema } from "../card.ts";
import { isErrorCode } from "../errors.ts";
import { guildIdSchema, playerIdSchema } from "../id.ts";
import { rankSchema } from "../rank.ts";

/** Items of the catalogue. */
export const MOST_REWARDS = 500;

const rewardIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "1 to 40 characters of A-Z a-z 0-9 _ -");
export type RewardId = string;
/** The buyer's or giver's own id of what he does; in each book it is used once. */
const keySchema = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 _ . -");

/** The book it is paid from, the buyer and his key: `player:ana:buy-1`, `guild:g1:buy-1`. */
const orderIdSchema = z
  .string()
  .regex(
    /^(player:[A-Za-z0-9_.|-]{1,64}|guild:[A-Za-z0-9_-]{1,40}):[A-Za-z0-9_.-]{1,64}$/,
    "player: or guild:, its id, : and a key",
  );
export type OrderId = string;

/** What one gets: always exactly this, nothing is left to chance. */
const contentSchema = z.strictObject({
  item: z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, "an id of the game: 1 to 64 characters of A-Z a-z 0-9 _ . : -"),
  amount: z.int().min(1).max(1_000_000_000),
});

const limitSchema = z.int().min(1).max(1_000_000);
const instantSchema = z.int().min(0).max(9_000_000_000_000);

const rewardFields = {
  name: localisedSchema,
  text: localisedSchema.optional(),
  /** In points. */
  price: z.int().min(1).max(1_000_000_000_000),
  /** Whose points buy it: the player's own, or his guild's (permission `spend`). */
  book: z.enum(["own", "guild"]).default("own"),
  /** How many there are in all, sold ones included; left out: any number. */
  stock: z.int().min(0).max(1_000_000_000).optional(),
  perPlayer: limitSchema.optional(),
  /** Only of what guilds buy. */
  perGuild: limitSchema.optional(),
  /** On sale from then, and before then; epoch ms. */
  from: instantSchema.optional(),
  until: instantSchema.optional(),
  /** Only for players of these ranks of their guild. */
  ranks: z.array(rankSchema).min(1).max(4).optional(),
  /** Only for players of this level or above. */
  level: z.int().min(0).max(1_000_000).optional(),
  contents: z.array(contentSchema).min(1).max(20),
  enabled: z.boolean().default(true),
};

export const putRewardSchema = z.strictObject(rewardFields);
/** What no item can be. */
export const wrongReward = ({ book, perGuild, from = 0, until = from + 1 }: RewardItem): string | undefined => {
  if (until <= from) return "until: after from";
  return perGuild !== undefined && book === "own" ? "perGuild: only of what guilds buy (book: guild)" : undefined;
};
/** An item as the studio put it. */
export const rewardItemSchema = z.object(rewardFields);
export type RewardItem = z.infer<typeof rewardItemSchema>;

export const rewardParamsSchema = z.object({ reward: rewardIdSchema });

export const rewardsQuerySchema = z.strictObject({
  /** Whom the answer is for; for the backend. A player is told what concerns himself. */
  player: playerIdSchema.optional(),
});

const errorCodeSchema = z.string().refine(isErrorCode);

export const rewardSchema = z.object({
  id: rewardIdSchema,
  /** Rises with every change of the item. */
  version: z.int(),
  ...rewardFields,
  /** Of `stock`. */
  left: z.int().optional(),
  /** Orders that were not refunded: of the player, or of his guild for what guilds buy. */
  bought: z.int().optional(),
  /** Why he may not buy it now (a code of the error catalogue); absent: he may. */
  refused: errorCodeSchema.optional(),
});

export const rewardsSchema = z.object({
  /** Rises with every change of an item. */
  version: z.int(),
  /** What the player has, and his guild, when it is known whom the answer is for. */
  points: z.object({ own: z.int(), guild: z.int().optional() }).optional(),
  rewards: z.array(rewardSchema),
});

export const purchaseSchema = z.strictObject({
  key: keySchema,
  /** Who buys. A player may leave it out: it is he. */
  player: playerIdSchema.optional(),
  /** Whose book pays for what guilds buy. */
  guild: guildIdSchema.optional(),
  /** What the buyer was shown: refused with `reward-changed` when it costs something else now. */
  price: z.int().optional(),
});

export const orderSchema = z.object({
  order: orderIdSchema,
  reward: rewardIdSchema,
  guild: guildIdSchema.optional(),
  /** Whose book paid, or who bought for his guild. */
  player: playerIdSchema.optional(),
  price: z.int(),
  contents: z.array(contentSchema),
  /** In epoch ms. */
  at: z.int(),
  /** Of the book. */
  entry: z.string(),
  /** When the studio's webhook took it, or its backend said so. */
  deliveredAt: z.int().optional(),
  refundedAt: z.int().optional(),
});
export type Order = z.infer<typeof orderSchema>;

export const orderParamsSchema = z.object({ order: orderIdSchema });
export const orderAnswerSchema = orderSchema.extend({ repeated: z.boolean() });

export const refundSchema = z.strictObject({
  reason: z.string().min(1).max(200),
  /** Whether it can be sold again, where it has a stock. */
  restock: z.boolean().default(true),
});

export const ordersQuerySchema = z.strictObject({
  /** `next` of the page before. */
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const ordersSchema = z.object({
  /** The newest first. */
  orders: z.array(orderSchema),
  /** For the next page; null after the oldest order kept. */
  next: z.int().nullable(),
});

/** `guild:` and a key, or `player:`, who gives, and his key. */
export const giftIdSchema = z
  .string()
  .regex(/^(player:[A-Za-z0-9_.|-]{1,64}|guild):[A-Za-z0-9_.-]{1,64}$/, "an id that dropGift has given");
export type GiftId = string;

export const dropGiftSchema = z.strictObject({
  key: keySchema,
  /** Points in all. What does not divide evenly is not taken. */
  points: z.int().min(1).max(1_000_000_000_000),
  shares: z.int().min(1).max(5_000),
  /** `guild`: from the guild's book (permission `spend`); `own`: from the book of who gives. */
  book: z.enum(["own", "guild"]).default("guild"),
  /** Who gives; a player may leave it out. Without one the gift is Gremio's to announce. */
  player: playerIdSchema.optional(),
  forMinutes: z
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .default(24 * 60),
});

export const giftParamsSchema = z.object({ guild: guildIdSchema, gift: giftIdSchema });

export const giftSchema = z.object({
  gift: giftIdSchema,
  /** Of its card in the guild's channel. */
  seq: z.int(),
  /** Points of each share. */
  each: z.int(),
  shares: z.int(),
  taken: z.int(),
  /** Who gave it; absent: the game's backend. */
  player: playerIdSchema.optional(),
  book: z.enum(["own", "guild"]),
  at: z.int(),
  until: z.int(),
  endedAt: z.int().optional(),
  /** Points that went back when it ended. */
  back: z.int().optional(),
});
export type Gift = z.infer<typeof giftSchema>;
export const giftAnswerSchema = giftSchema.extend({ repeated: z.boolean() });
