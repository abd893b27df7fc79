import type { PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";

/** As many as a guild's book follows. */
export const MOST_LINKS = 16;

/** A player, and the accounts he has become since, if he was a guest. */
export const makeAccountsOf =
  (redis: Redis, keys: Keys) =>
  async (player: PlayerId): Promise<PlayerId[]> => {
    const accounts = [player];
    let last = player;
    for (let links = 0; links < MOST_LINKS; links++) {
      const key = keys.of(`player:${last}`, "profile");
      const to = asTextOrNull(await redis.run(key, ["HGET", key, "to"]));
      if (to === null) break;
      accounts.push(to);
      last = to;
    }
    return accounts;
  };

/** Who a guest is now: the account he has become, or himself. */
export const makeAccountOf = (redis: Redis, keys: Keys) => {
  const accountsOf = makeAccountsOf(redis, keys);
  return async (player: PlayerId): Promise<PlayerId> => (await accountsOf(player)).at(-1) ?? player;
};
