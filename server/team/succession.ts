import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Presence } from "../presence/presence.ts";
import { makeAsk } from "../redis/ask.ts";
import { makeDeadIn, type TeamUpkeepDeps } from "./team-upkeep.ts";

/**
 * Has whoever of those in the room is longest in the team follow a leader who has not been connected to the game for `goneMs`, as those who asked in that time have found:
 * it is to be asked more often than every 30 s, by whichever process sees that he is gone. Returns whether somebody does now.
 */
export type TeamSucceed = (team: ChannelId, leader: PlayerId) => Promise<boolean>;

export const makeTeamSucceed = (
  deps: Pick<TeamUpkeepDeps, "redis" | "keys" | "leases" | "historyLength"> & { presence: Pick<Presence, "of"> },
  { goneMs }: { goneMs: number },
): TeamSucceed => {
  const ask = makeAsk(deps.redis, deps.keys);
  const deadIn = makeDeadIn(deps);
  return async (team, leader) => {
    const sessions = await deps.presence.of([leader]);
    if ((sessions.get(leader) ?? []).length > 0) {
      const info = deps.keys.of(team, "info");
      await deps.redis.run(info, ["HDEL", info, "away"]);
      return false;
    }
    const args = [team, leader, String(goneMs), String(deps.historyLength), ...(await deadIn(team))];
    const [newly] = await ask("team_succeed", team, args);
    return newly === 1;
  };
};
