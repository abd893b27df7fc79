import type { ChannelId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";

/** Teams of a studio's own rooms, which name them. */
export type RoomTeams = {
  /** Makes the team; one that is there stays as it is, whoever made it. `ended`: it has been, and there will be none of that id for an hour. */
  found(team: ChannelId, facts: { name: string; capacity: number }): Promise<"there" | "ended">;
};

export const makeRoomTeams = (redis: Redis, keys: Keys): RoomTeams => {
  const ask = makeAsk(redis, keys);
  return {
    found: async (team, { name, capacity }) => {
      // The same whatever it is called: a room that is asked again by another process may have other words for it.
      const fields = ["name", name, "by", "", "capacity", String(capacity)];
      const { code } = await ask.raw("team_found", team, [team, "room", "", ...fields]);
      if (code === "ok" || code === "key-reused") return "there";
      if (code === "team-ended") return "ended";
      throw new Error(`team_found answered ${code}`);
    },
  };
};
