import { createHash } from "node:crypto";
import { type ChannelId, guildIdSchema, idOfChannel, teamChannel } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList } from "../redis/reply.ts";

/** Teams of a studio's own rooms, which name them. */
export type RoomTeams = {
  /**
   * Makes the team; one that is there stays as it is, whoever made it. `bare`: it is a channel that the backend made, and no team. `ended`: it has been, and there will be
   * none of that id for an hour.
   */
  found(team: ChannelId, facts: { name: string; capacity: number }): Promise<"there" | "bare" | "ended">;
  /** The id of the team that comes after so many others of a room's team have ended: `<id>-2`, or where that is too long another that is always the same. */
  after(team: ChannelId, generation: number): ChannelId;
};

/** Of an id, in characters. */
const LONGEST = 40;

export const makeRoomTeams = (redis: Redis, keys: Keys): RoomTeams => {
  const ask = makeAsk(redis, keys);
  const isBare = async (team: ChannelId): Promise<boolean> => {
    const key = keys.of(team, "info");
    const [isTeam, name] = asList(await redis.run(key, ["HMGET", key, "team", "name"]));
    return isTeam === null && name !== null;
  };
  return {
    after: (team, generation) => {
      if (generation === 1) return team;
      const next = `${team}-${generation}`;
      if (guildIdSchema.safeParse(idOfChannel(next)).success) return next;
      return teamChannel(createHash("sha256").update(next).digest("base64url").slice(0, LONGEST));
    },

    found: async (team, { name, capacity }) => {
      // The same whatever it is called: a room that is asked again by another process may have other words for it.
      const fields = ["name", name, "by", "", "capacity", String(capacity)];
      const { code } = await ask.raw("team_found", team, [team, "room", "", ...fields]);
      if (code === "ok") return "there";
      if (code === "key-reused") return (await isBare(team)) ? "bare" : "there";
      if (code === "team-ended") return "ended";
      throw new Error(`team_found answered ${code}`);
    },
  };
};
