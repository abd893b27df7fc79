import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import { type Bans, makeBans } from "./bans.ts";
import { type Doors, makeDoors } from "./doors.ts";
import { type JoiningDeps, makeEnter } from "./enter.ts";
import { type Invitations, makeInvitations } from "./invitations.ts";
import { makeReadMembers, type ReadMembers } from "./member-pages.ts";
import { type Joined, makeRequests, type Requests } from "./requests.ts";

export type WayIn = { way: "in" | "ask" | "member" } | { way: "no"; code: string };

/** How players become members, and who they are. */
export type GuildJoining = {
  requests: Requests;
  invitations: Invitations;
  doors: Pick<Doors, "of" | "asked">;
  bans: Bans;
  readMembers: ReadMembers;
  /** Makes a player a member where he may be one by himself, at once. Throws what `Enter` does. */
  joinOpen(guild: GuildId, player: PlayerId): Promise<{ number: number }>;
  /** The same; where officers decide he asks to be let in. */
  joinOrAsk(guild: GuildId, player: PlayerId): Promise<Joined>;
  /** What the guild itself says to a player of this level who would join it by himself; nothing is written. `no`: with the code he would be refused with. */
  wayIn(guild: GuildId, player: PlayerId, level: number): Promise<WayIn>;
};

export const makeGuildJoining = (deps: JoiningDeps): GuildJoining => {
  const { redis, keys } = deps;
  const enter = makeEnter(deps);
  const doors = makeDoors(redis, keys, deps.standMs);
  const ask = makeAsk(redis, keys);
  const requests = makeRequests({ ...deps, enter, doors });
  return {
    requests,
    invitations: makeInvitations({ ...deps, enter, doors }),
    doors,
    bans: makeBans(deps),
    readMembers: makeReadMembers(redis, keys),
    joinOpen: async (guild, player) => {
      const entered = await enter(guild, player, { how: "himself", bound: true });
      if (entered.state === "ask") throw new GremioError("guild-closed");
      return { number: entered.number };
    },
    joinOrAsk: (guild, player) => requests.join({ guild, player, bound: true }),
    wayIn: async (guild, player, level) => {
      const { code, rest } = await ask.raw("guild_way", guildChannel(guild), [player, "", "", "", String(level), "1"]);
      if (code !== "ok") return { way: "no", code };
      return { way: rest[0] === "member" || rest[0] === "ask" ? rest[0] : "in" };
    },
  };
};
