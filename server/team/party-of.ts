import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asTextOrNull } from "../redis/reply.ts";

/** Ids of parties begin with it, so that of other teams nobody has to ask. */
export const PARTY_LETTER = "p";
const PARTY_ID = /^team:p[a-z0-9]{22}$/;
/** That a team is a party, and of whom, never changes. */
const MOST_KNOWN = 10_000;

/** Of teams that are parties: whose they are, and who belongs to those. */
export type PartyOf = {
  /** The guild or circle (its channel) whose members may drop in; undefined: the team is no party, or is gone. Other teams' ids cost no reading. */
  owner(team: ChannelId): Promise<ChannelId | undefined>;
  /** Whether he is of the guild or circle at this moment; true of what is no party. */
  belongs(team: ChannelId, player: PlayerId): Promise<boolean>;
};

export const makePartyOf = (redis: Redis, keys: Keys): PartyOf => {
  const known = new Map<ChannelId, ChannelId>();

  const owner: PartyOf["owner"] = async (team) => {
    if (!PARTY_ID.test(team)) return undefined;
    const cached = known.get(team);
    if (cached !== undefined) return cached;
    const key = keys.of(team, "info");
    const [party, open] = asList(await redis.run(key, ["HMGET", key, "party", "open"])).map(asTextOrNull);
    if (!party || !open) return undefined;
    for (const oldest of known.size < MOST_KNOWN ? [] : known.keys()) {
      known.delete(oldest);
      break;
    }
    known.set(team, open);
    return open;
  };

  return {
    owner,
    belongs: async (team, player) => {
      const of = await owner(team);
      if (of === undefined) return true;
      const key = keys.of(of, "members");
      return asNumber(await redis.run(key, ["HEXISTS", key, player])) === 1;
    },
  };
};
