import type { PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asTextOrNull } from "../redis/reply.ts";

/** As many as a guild's book follows. */
export const MOST_LINKS = 16;

/** Who a guest is now: the account he has become, or himself. */
export const makeAccountOf =
  (redis: Redis, keys: Keys) =>
  async (player: PlayerId): Promise<PlayerId> => {
    let account = player;
    for (let links = 0; links < MOST_LINKS; links++) {
      const key = keys.of(`player:${account}`, "profile");
      const to = asTextOrNull(await redis.run(key, ["HGET", key, "to"]));
      if (to === null) break;
      account = to;
    }
    return account;
  };
