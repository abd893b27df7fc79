import { z } from "zod";
import type { Owes } from "../points/audit-transfers.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";

const rowSchema = z.object({ payer: z.string(), each: z.string(), taken: z.int(), back: z.string().optional() });

/** For the audit of the ledger: what guilds owe by gifts, whose debits are not entries of their own, see gift.lua. */
export const makeOwedByGifts =
  (redis: Redis, keys: Keys): Owes =>
  async ({ from, id, to, amount }) => {
    const [, kind, rest = ""] = /^(gift|gift-end):(.+)$/.exec(id) ?? [];
    if (kind === undefined || !from.startsWith("guild:")) return undefined;
    const share = `:${to.slice("player:".length)}`;
    if (kind === "gift" && !rest.endsWith(share)) return false;
    const gift = kind === "gift" ? rest.slice(0, -share.length) : rest;
    const key = keys.of(from, `gift:${gift}`);
    const text = asTextOrNull(await redis.run(key, ["GET", key]));
    if (text === null) return false;
    const row = rowSchema.parse(parsedJson(text));
    return kind === "gift"
      ? row.taken > 0 && row.each === String(amount)
      : row.payer === to && row.back === String(amount);
  };
