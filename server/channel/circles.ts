import { type ErrorCode, GremioError } from "../../shared/errors.ts";
import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Rank } from "../../shared/rank.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText } from "../redis/reply.ts";
import { foundWithin } from "./founding-quota.ts";
import type { Groups } from "./groups.ts";

/** What a circle tells of itself, and what it asks of who joins: a level, and (where it names one) a language. An empty text takes a fact away. */
export type CircleFacts = {
  name?: string | undefined;
  description?: string | undefined;
  topic?: string | undefined;
  language?: string | undefined;
  region?: string | undefined;
  minLevel?: number | undefined;
  capacity?: number | undefined;
};

/** Circles: channels about something, with members of many guilds and of none, which whoever qualifies enters at once. */
export type Circles = {
  /**
   * The same circle again changes nothing. A founder leads it; without one nobody does. A player (`caller`) founds so many within so long (`rate-limited`). Throws
   * `circle-exists`, `player-not-found`, `channels-full`.
   */
  found(circle: ChannelId, facts: CircleFacts, founder: PlayerId | undefined, caller?: PlayerId): Promise<void>;
  /** What is left out stays. Throws `channel-not-found`, `not-member`, `not-permitted`. */
  change(circle: ChannelId, facts: CircleFacts, caller?: PlayerId): Promise<void>;
  /** A member stays what he is. The game's backend brings in whom it wants. Throws `channel-not-found`, `channel-full`, `channels-full`, `banned`, `player-not-found`, `level-too-low`, `other-language`. */
  join(circle: ChannelId, player: PlayerId, caller?: PlayerId): Promise<{ number: number; newly: boolean }>;
  /** A leader goes last, unless the game's backend takes him out. Throws `channel-not-found`, `member-not-found`, `last-leader`. */
  leave(circle: ChannelId, player: PlayerId, caller?: PlayerId): Promise<void>;
  /** As in a guild. Throws `channel-not-found`, `member-not-found`, `last-leader`, `not-member`, `not-permitted`. */
  setRank(circle: ChannelId, player: PlayerId, rank: Rank, caller?: PlayerId): Promise<void>;
};

/** With these no circle was made. */
const NOT_FOUNDED: readonly ErrorCode[] = ["circle-exists", "player-not-found", "player-linked", "channels-full"];

export const makeCircles = (
  redis: Redis,
  keys: Keys,
  groups: Pick<Groups, "admit" | "release">,
  { historyLength }: { historyLength: number },
): Circles => {
  const ask = makeAsk(redis, keys);

  /** Puts a circle on a founder's list of channels; `giveUp` takes it off again if it was not there before. */
  const keepPlace = async (founder: PlayerId, circle: ChannelId): Promise<{ giveUp(): Promise<void> }> => {
    const owner = `player:${founder}`;
    const [listedAt, newly] = await ask("player_list", owner, [circle, String(LIMITS.channels)]);
    return {
      giveUp: async () => {
        if (newly === 1) await ask("player_unlist", owner, [circle, asText(listedAt)]);
      },
    };
  };

  return {
    found: async (circle, facts, founder, caller) => {
      const fields = fieldsOf(facts);
      const print = JSON.stringify([founder ?? "", ...fields]);
      const found = async (): Promise<void> => {
        // His place in it is kept before there is a circle: one whose founder could not be in it would be nobody's.
        const list = founder === undefined ? undefined : await keepPlace(founder, circle);
        try {
          const [newly, numbers] = await ask("circle_found", circle, [print, ...fields]);
          // Whoever died before the founder was in it left a circle of nobody; one whose founder has left stays as it is.
          if (founder !== undefined && (newly === 1 || asNumber(numbers) === 0))
            await groups.admit(circle, founder, "leader");
          else await list?.giveUp();
        } catch (error) {
          if (error instanceof GremioError && error.code === "circle-exists") await list?.giveUp();
          throw error;
        }
      };
      if (caller === undefined) return found();
      const counted = { player: caller, kind: "circles", id: circle, print, most: LIMITS.circlesFounded } as const;
      await foundWithin(ask, { ...counted, refusals: NOT_FOUNDED }, found);
    },

    change: async (circle, facts, caller = "") => {
      const fields = fieldsOf(facts);
      if (fields.length > 0) await ask("circle_change", circle, [caller, ...fields]);
    },

    join: (circle, player, caller) => groups.admit(circle, player, "member", { byHimself: caller !== undefined }),

    leave: (circle, player, caller) => groups.release(circle, player, "left", { byHimself: caller !== undefined }),

    setRank: async (circle, player, rank, caller = "") => {
      await ask("guild_rank", circle, [circle, player, rank, String(historyLength), caller]).catch((error: unknown) => {
        throw error instanceof GremioError && error.code === "guild-not-found"
          ? new GremioError("channel-not-found")
          : error;
      });
    },
  };
};

/** Fields of info and their values, in an order of their own. */
const fieldsOf = ({ description, topic, ...facts }: CircleFacts): string[] =>
  Object.entries({ ...facts, motto: description, topics: topic })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([field, value]) => (value === undefined ? [] : [field, String(value)]));
