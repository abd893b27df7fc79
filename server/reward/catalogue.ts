import { MOST_REWARDS, type RewardId, type RewardItem, rewardItemSchema } from "../../shared/api/reward.ts";
import { type Ask, makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asTexts } from "../redis/reply.ts";

/** Owner of the catalogue's keys. */
export const CATALOGUE = "catalogue";

/** An item with what is left of its stock (undefined: it has none). */
export type Offer = { id: RewardId; version: string; item: RewardItem; left: number | undefined };
/** `now`: by the clock of its server, in ms. */
export type Offers = { version: number; now: number; offers: Offer[] };

export type Catalogue = {
  /** The same again changes nothing. Throws `rewards-full`. */
  put(id: RewardId, item: RewardItem): Promise<void>;
  /** Its orders stay, and what was sold counts when an item is put under its id again. Throws `reward-not-found`. */
  remove(id: RewardId): Promise<void>;
  /** All, by their ids. */
  list(): Promise<Offers>;
  one(id: RewardId): Promise<{ now: number; offer: Offer | undefined }>;
};

export const makeCatalogue = (redis: Redis, keys: Keys): Catalogue => {
  const ask = makeAsk(redis, keys);
  return {
    put: async (id, item) => {
      await ask("reward_put", CATALOGUE, [id, JSON.stringify(item), String(MOST_REWARDS)]);
    },
    remove: async (id) => {
      await ask("reward_remove", CATALOGUE, [id]);
    },
    list: async () => {
      const { offers, ...rest } = await read(ask, "");
      return { ...rest, offers: offers.toSorted((one, other) => (one.id < other.id ? -1 : 1)) };
    },
    one: async (id) => {
      const { now, offers } = await read(ask, id);
      return { now, offer: offers[0] };
    },
  };
};

const read = async (ask: Ask, id: string): Promise<Offers> => {
  const [version, now, ...rest] = await ask("reward_read", CATALOGUE, [id]);
  const cells = asTexts(rest);
  const offers: Offer[] = [];
  for (let index = 0; index + 3 < cells.length; index += 4) {
    const [name = "", changed = "", json = "", taken] = cells.slice(index, index + 4);
    const item = rewardItemSchema.parse(parsedJson(json));
    const left = item.stock === undefined ? undefined : Math.max(0, item.stock - Number(taken));
    offers.push({ id: name, version: changed, item, left });
  }
  return { version: asNumber(version), now: asNumber(now), offers };
};
