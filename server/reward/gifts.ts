import { z } from "zod";
import { type Gift, type GiftId, giftIdSchema } from "../../shared/api/reward.ts";
import { giftDropCard } from "../../shared/cards/gift-drop.ts";
import { ENTRY_KINDS } from "../../shared/entry.ts";
import { GremioError, isErrorCode } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { rulesOf } from "../card/rules.ts";
import { timeOf } from "../points/time-of.ts";
import type { Transfers } from "../points/transfers.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { type Redis, RedisUnavailable } from "../redis/redis.ts";
import { asList, asPairs, asText, asTexts } from "../redis/reply.ts";

export type DropGift = {
  guild: GuildId;
  /** The giver's own id of it. */
  key: string;
  points: number;
  shares: number;
  /** `own`: from the book of `player`. */
  book: "own" | "guild";
  /** Who gives, a member; undefined: it comes from the guild. */
  player: PlayerId | undefined;
  /** Who asks; undefined: the game's backend. */
  caller: PlayerId | undefined;
  forMinutes: number;
};

export type Gifts = {
  /**
   * Takes the points from the giver's book and posts the card with which members take shares of them; once per key. What does not divide evenly is not taken. Whatever
   * dies, all points are in a book, in the gift, or on their way. Throws `guild-not-found`, `player-not-found`, `not-member`, `not-permitted`, `muted`,
   * `points-insufficient`, `key-reused`, `key-too-old`, `bad-request` (fewer points than shares).
   */
  drop(gift: DropGift): Promise<Gift & { repeated: boolean }>;
  /** Ends it; what nobody took goes back, once. `due`: only when its time has come. Throws `gift-not-found`, `not-member`, `not-permitted`. */
  end(guild: GuildId, gift: GiftId, by: { caller: PlayerId | undefined; due?: boolean }): Promise<Gift>;
  /** Throws `gift-not-found`, `not-member`. */
  read(guild: GuildId, gift: GiftId, caller: PlayerId | undefined): Promise<Gift>;
  /** Goes on with gifts of a bucket's players that were debited longer ago, and ends those of its guilds whose time has come. Gives how many it could not. */
  sweep(bucket: number, leftMs: number): Promise<number>;
};

export type GiftsDeps = { redis: Redis; keys: Keys; transfers: Pick<Transfers, "end"> };
export type GiftsOptions = {
  /** Entries kept per channel. */
  historyLength: number;
  nowMs?: () => number;
};

const whole = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number);

/** A gift as gift.lua writes it. */
const rowSchema = z.object({
  seq: whole,
  payer: z.string(),
  by: z.string(),
  each: whole,
  shares: z.int(),
  taken: z.int(),
  at: whole,
  until: whole,
  ended: whole.optional(),
  back: whole.optional(),
});

/** What is kept of a gift from a player's own book until its card is there. */
const givingSchema = z.object({
  at: z.string(),
  request: z.string(),
});
const requestSchema = z.object({
  guild: z.string(),
  key: z.string(),
  player: z.string(),
  shares: z.int(),
  each: z.int(),
  forMinutes: z.int(),
});
type Request = Omit<z.infer<typeof requestSchema>, "player"> & { player?: string | undefined };

export const makeGifts = (
  { redis, keys, transfers }: GiftsDeps,
  { historyLength, nowMs = Date.now }: GiftsOptions,
): Gifts => {
  const ask = makeAsk(redis, keys);

  /** The gift and its card; or the code with which it is refused for ever (only what a player's own book pays). */
  const put = async (
    { guild, player, shares, each, forMinutes }: Request,
    id: GiftId,
    { caller, payer, debitedAt }: { caller: PlayerId | undefined; payer: string; debitedAt: string },
  ): Promise<{ json: string; repeated: boolean } | { refused: string }> => {
    const channel = guildChannel(guild);
    const body = giftDropCard({ gift: id, shares, each, forMinutes }, nowMs());
    const [json, more] = await ask("gift_drop", channel, [
      ...[channel, player ?? "", caller ?? "", String(ENTRY_KINDS.card), JSON.stringify(body)],
      ...[JSON.stringify(rulesOf(body)), String(historyLength), id, String(shares), String(each)],
      ...[String(body.expiresAt), payer, printOf({ guild, player, shares, each, forMinutes }), debitedAt],
    ]);
    return json === "refused" ? { refused: asText(more) } : { json: asText(json), repeated: more === 1 };
  };

  const giveOwn = async (request: Request & { player: string }, debitedAt: string) => {
    const { player, key, shares, each } = request;
    const owner = `player:${player}`;
    const there = await put(request, ownGift(player, key), { caller: player, payer: owner, debitedAt });
    const back = "refused" in there ? String(shares * each) : "0";
    if (debitedAt !== "0") await ask("gift_given", owner, [key, back]);
    return there;
  };

  const pay = async (guild: GuildId, transfer: string): Promise<void> => {
    if (transfer !== "") await transfers.end(guildChannel(guild), transfer).catch(laterUnlessBug);
  };

  const end: Gifts["end"] = async (guild, gift, { caller, due = false }) => {
    const channel = guildChannel(guild);
    const args = [channel, caller ?? "", gift, String(historyLength), due ? "1" : "0"];
    const [json, transfer] = await ask("gift_end", channel, args);
    await pay(guild, asText(transfer));
    return giftOf(gift, asText(json));
  };

  return {
    drop: async ({ guild, key, points, shares, book, player, caller, forMinutes }) => {
      const each = Math.floor(points / shares);
      if (each < 1) throw new GremioError("bad-request", { details: ["points: at least one for each share"] });
      const request = { guild, key, player, shares, each, forMinutes };
      if (book === "guild") {
        const id = `guild:${key}`;
        const there = await put(request, id, { caller, payer: "", debitedAt: "" });
        if ("refused" in there) throw new Error(there.refused);
        return { ...giftOf(id, there.json), repeated: there.repeated };
      }
      if (player === undefined) throw new GremioError("bad-request", { details: ["player: whose points they are"] });
      const own = { ...request, player };
      const [debitedAt] = await ask("gift_give", `player:${player}`, [
        ...[key, guildChannel(guild), String(shares * each), printOf(own), JSON.stringify(own)],
      ]);
      const there = await giveOwn(own, asText(debitedAt));
      if ("refused" in there)
        throw isErrorCode(there.refused) ? new GremioError(there.refused) : new Error(there.refused);
      return { ...giftOf(ownGift(player, key), there.json), repeated: there.repeated };
    },
    end,
    read: async (guild, gift, caller) => {
      const [json] = await ask("gift_read", guildChannel(guild), [gift, caller ?? ""]);
      return giftOf(gift, asText(json));
    },
    sweep: async (bucket, leftMs) => {
      let left = 0;
      const settle = async (work: Promise<unknown>): Promise<void> => {
        // One that cannot be ended now does not keep others from it.
        await work.catch((error: unknown) => {
          if (!(error instanceof GremioError)) throw error;
          left += 1;
        });
      };
      const giving = keys.inBucket(bucket, "giving");
      const now = await timeOf(redis, giving);
      let cursor = "0";
      do {
        const [next, page] = asList(await redis.run(giving, ["HSCAN", giving, cursor, "COUNT", "100"]));
        for (const text of asPairs(page).values()) {
          const { at, request } = givingSchema.parse(parsedJson(text));
          if (Number(at) <= now - leftMs) await settle(giveOwn(requestSchema.parse(parsedJson(request)), at));
        }
        cursor = asText(next);
      } while (cursor !== "0");

      const ends = keys.inBucket(bucket, "giftends");
      const due = await redis.run(ends, ["ZRANGE", ends, "-inf", String(now), "BYSCORE", "LIMIT", "0", "100"]);
      for (const field of asTexts(due)) {
        const [owner = "", gift = ""] = field.split(" ");
        await settle(end(owner.slice("guild:".length), gift, { caller: undefined, due: true }));
      }
      return left;
    },
  };
};

/** What is on its way is ended by the sweep of transfers. */
export const laterUnlessBug = (error: unknown): void => {
  if (!(error instanceof RedisUnavailable || error instanceof GremioError)) throw error;
};

const ownGift = (player: PlayerId, key: string): GiftId => `player:${player}:${key}`;

const printOf = ({ guild, player, shares, each, forMinutes }: Omit<Request, "key">): string =>
  JSON.stringify([guild, player ?? null, shares, each, forMinutes]);

const giftOf = (id: GiftId, json: string): Gift => {
  const { seq, payer, by, each, shares, taken, at, until, ended, back } = rowSchema.parse(parsedJson(json));
  return {
    gift: giftIdSchema.parse(id),
    ...{ seq, each, shares, taken, at, until },
    ...(by !== "" && { player: by }),
    book: payer === "" ? "guild" : "own",
    ...(ended !== undefined && { endedAt: ended }),
    ...(back !== undefined && { back }),
  };
};
