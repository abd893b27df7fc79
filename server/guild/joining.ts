import { GremioError } from "../../shared/errors.ts";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import { type Bans, makeBans } from "./bans.ts";
import { type Doors, makeDoors } from "./doors.ts";
import { type JoiningDeps, makeEnter } from "./enter.ts";
import { type Invitations, makeInvitations } from "./invitations.ts";
import { makeReadMembers, type ReadMembers } from "./member-pages.ts";
import { makeRequests, type Requests } from "./requests.ts";

/** How players become members, and who they are. */
export type GuildJoining = {
  requests: Requests;
  invitations: Invitations;
  doors: Pick<Doors, "of">;
  bans: Bans;
  readMembers: ReadMembers;
  /** Makes a player a member where he may be one by himself, at once. Throws what `Enter` does. */
  joinOpen(guild: GuildId, player: PlayerId): Promise<{ number: number }>;
};

export const makeGuildJoining = (deps: JoiningDeps): GuildJoining => {
  const { redis, keys } = deps;
  const enter = makeEnter(deps);
  const doors = makeDoors(redis, keys, deps.standMs);
  return {
    requests: makeRequests({ ...deps, enter, doors }),
    invitations: makeInvitations({ ...deps, enter, doors }),
    doors,
    bans: makeBans(deps),
    readMembers: makeReadMembers(redis, keys),
    joinOpen: async (guild, player) => {
      const entered = await enter(guild, player, { how: "himself", bound: true });
      if (entered.state === "ask") throw new GremioError("guild-closed");
      return { number: entered.number };
    },
  };
};
