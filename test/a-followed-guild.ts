import type { Keys } from "../server/redis/bucket.ts";
import { aGuild } from "./a-guild.ts";
import { aTails } from "./a-tails.ts";

/** Guild `g1` of ana and beto, unless it is there already, and what follows its channel. */
export const aFollowedGuild = async (checkMs?: number, at: { url?: string; keys?: Keys } = {}) => {
  const { redis, keys, log, tails } = await aTails(checkMs, at);
  if (at.keys === undefined) await aGuild(redis, keys, "g1", ["ana", "beto"]);
  const say = (body: string, author = "ana") =>
    log.append({ channel: "guild:g1", author, nonce: `nonce-${body}`, kind: "text", body });
  return { redis, keys, log, tails, say };
};
